// Keeps one page and the last answers for when there is no connection.
// The build names what the page is made of; answers are on this device only.
const PAGE = "$page";
const SHELLS = "onegrid-shell-$name-";
const SHELL = SHELLS + "$version";
const ANSWERS = "onegrid-answers";
const FILES = $files;
const ASKED = $answers;
const KEPT_MAX = 60;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(FILES)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(shellFirst(event.request));
  else if (pathname === PAGE || ASKED.includes(pathname)) event.respondWith(fresh(event, pathname));
});

async function dropOld() {
  const old = (await caches.keys()).filter((name) => name.startsWith(SHELLS) && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
}

// Files of the build carry their content in their name: what is kept stays right.
async function shellFirst(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && request.url.includes("/assets/")) {
    (await caches.open(SHELL)).put(request, answer.clone());
  }
  return answer;
}

// Ask first; what was kept is shown only without a connection, and the page is told so.
async function fresh(event, pathname) {
  const kept = await caches.open(pathname === PAGE ? SHELL : ANSWERS);
  try {
    const answer = await fetch(event.request);
    if (answer.ok) await keep(kept, event.request, answer.clone());
    await tell(event, "fresh");
    return answer;
  } catch (error) {
    if (event.request.signal.aborted) return Response.error(); // the page asked something else
    const old = await kept.match(event.request);
    if (!old) throw error;
    await tell(event, "kept");
    return old;
  }
}

async function keep(kept, request, answer) {
  await kept.put(request, answer);
  const known = await kept.keys();
  const answers = known.filter(({ url }) => url.includes("?"));
  await Promise.all(answers.slice(0, Math.max(0, answers.length - KEPT_MAX)).map((one) => kept.delete(one)));
}

async function tell(event, state) {
  const page = await self.clients.get(event.clientId);
  if (page) page.postMessage(state);
}
