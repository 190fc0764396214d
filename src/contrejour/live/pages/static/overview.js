// The states every five seconds, the stills with them.
const words = JSON.parse(document.body.dataset.words);

async function refresh() {
  let cameras = {};
  try {
    cameras = (await (await fetch("/healthz")).json()).cameras;
  } catch { /* told below, camera by camera */ }
  for (const link of document.querySelectorAll("[data-camera]")) {
    const name = link.dataset.camera;
    const state = cameras[name]?.state ?? "unknown";
    const shown = link.querySelector(".state");
    shown.className = `state ${state}`;
    shown.textContent = words[state];
    link.querySelector("img").src = `/${name}/still.jpg?${Date.now()}`;
  }
}

setInterval(() => { if (!document.hidden) refresh(); }, 5000);
