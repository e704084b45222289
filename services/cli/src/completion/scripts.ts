export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** Each asks the command itself, as `sluice __complete WORDS…` with the last word unfinished, so it never goes stale. */
export const scripts: Readonly<Record<Shell, string>> = {
  bash: `_sluice() {
  local cur=\${COMP_WORDS[COMP_CWORD]} lines directive
  mapfile -t lines < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$cur" 2>/dev/null)
  directive=\${lines[-1]}
  COMPREPLY=()
  for line in "\${lines[@]::\${#lines[@]}-1}"; do COMPREPLY+=("\${line%%$'\\t'*}"); done
  if [ "$directive" = ":0" ]; then
    mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _sluice sluice
`,
  zsh: `#compdef sluice
_sluice() {
  local -a lines offers
  local line
  lines=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${(@)lines[1,-2]}"; do offers+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"); done
  (( \${#offers} )) && _describe sluice offers
  [[ "\${lines[-1]}" == ":0" ]] && _files
}
compdef _sluice sluice
`,
  fish: `function __sluice_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
    switch $line
      case ':0'
        __fish_complete_path (commandline -ct)
      case ':*'
      case '*'
        echo $line
    end
  end
end
complete -c sluice -f -a '(__sluice_complete)'
`,
};
