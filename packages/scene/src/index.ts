export { type Focus, focusOf, unknownClasses } from "./focus.ts";
export { type Asked, type FusionOptions, fusionOf, Scene, type SceneOptions, type Seen, type Taught } from "./scene.ts";
