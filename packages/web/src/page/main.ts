import { Banner } from "./banner.ts";
import type { Layers } from "./boxes.ts";
import { CameraView } from "./camera.ts";
import { h, setChildren, setText } from "./dom.ts";
import { FleetView } from "./fleet-view.ts";
import { type Camera, cameraOfHash, camerasOf } from "./place.ts";
import { Store } from "./store.ts";
import { Toolbar } from "./toolbar.ts";
import { Totals } from "./totals.ts";

/** Numbers change this often: fast enough to live, slow enough to read. Pictures come at their own pace. */
const updateMs = 250;

const page = document.body.dataset["page"] === "edge" ? "edge" : "fleet";
const main = document.querySelector("main")!;
const header = document.querySelector("header")!;
const [banner, totals, fleetView] = [new Banner(), new Totals(page), new FleetView()];
const back = h("a", { class: "back", href: "#/" }, "← All cameras");
const gone = h("p", { class: "empty-fleet" }, "This camera is not known: it has not reported, or was forgotten.");
let open = new Map<string, CameraView>();
let chosen: Layers = "both";
let asked: string | null = null;
let painting = false;

const store = new Store(page, () => {
  if (painting) return;
  painting = true;
  requestAnimationFrame(() => {
    painting = false;
    const cameras = camerasOf(store.fleet);
    if (wanted() === "fleet") fleetView.paint(cameras);
    for (const camera of cameras) open.get(camera.key)?.paint(camera);
  });
});

const toolbar = new Toolbar((layers) => {
  chosen = layers;
  fleetView.layers = layers;
  for (const view of open.values()) view.layers = layers;
});

/** What the page shows: all cards, or some cameras in depth. */
const wanted = () => (page === "fleet" && asked === null ? "fleet" : "cameras");

function update(): void {
  const nowMs = store.nowMs();
  banner.update(store, nowMs);
  totals.update(store.fleet, nowMs);
  toolbar.update(store.fleet);
  if (wanted() === "fleet") fleetView.update(store, nowMs);
  else showCameras(nowMs);
}

/** A device's own page shows all its streams, the fleet's page the one that the address names. */
function showCameras(nowMs: number): void {
  const cameras = camerasOf(store.fleet).filter((camera) => page === "edge" || camera.key === asked);
  const views = new Map(cameras.map((camera) => [camera.key, open.get(camera.key) ?? openCamera(camera)]));
  for (const [key, view] of open) if (!views.has(key)) view.close();
  open = views;
  for (const camera of cameras) views.get(camera.key)!.update(camera, store.fleet, nowMs);
  gone.hidden = cameras.length > 0 || store.connection.state === "connecting";
  setChildren(main, [...(page === "fleet" ? [back] : []), gone, ...[...views.values()].map((view) => view.element)]);
  if (page === "edge" && cameras[0]) setText(document.querySelector("#name")!, cameras[0].device.heartbeat.device);
}

function openCamera(camera: Camera): CameraView {
  const view = new CameraView(camera, page === "edge");
  view.layers = chosen;
  if (page === "fleet") requestAnimationFrame(() => view.heading.focus());
  return view;
}

function route(): void {
  const before = asked;
  asked = page === "fleet" ? cameraOfHash(location.hash) : null;
  for (const view of open.values()) view.close();
  open = new Map();
  setChildren(main, wanted() === "fleet" ? [fleetView.element] : []);
  update();
  if (asked === null) fleetView.focus(before);
  else scrollTo(0, 0);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && asked !== null) location.hash = "#/";
});
addEventListener("hashchange", route);
header.append(totals.element, toolbar.element);
header.after(banner.element);
route();
store.start();
setInterval(update, updateMs);
