export { Scene, type SceneOptions, type Seen, type Taught } from "./scene.ts";
