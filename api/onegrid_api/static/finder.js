/* The residents' finder: a place and a kind in, a list of the nearest out. */
"use strict";

const form = document.getElementById("finder");
const message = document.getElementById("message");
const answers = document.getElementById("answers");

const say = (text) => {
  message.textContent = text;
};

function item({ name, walk_s: seconds, distance_m: metres, steps }) {
  const made = document.createElement("li");
  const title = document.createElement("strong");
  title.textContent = name || "（未命名）";
  const way = document.createElement("span");
  const minutes = Math.max(1, Math.round(seconds / 60));
  way.textContent = ` 步行约${minutes}分钟，${Math.round(metres)}米`;
  made.append(title, way);
  if (steps.length) {
    const more = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "怎么走";
    const list = document.createElement("ol");
    for (const step of steps) list.append(Object.assign(document.createElement("li"), { textContent: step }));
    more.append(summary, list);
    made.append(more);
  }
  return made;
}

async function find() {
  answers.replaceChildren();
  say("正在查找…");
  const query = new URLSearchParams(new FormData(form));
  try {
    const response = await fetch(`/api/nearest?${query}`);
    const answer = await response.json();
    if (!response.ok) {
      say(response.status === 422 ? "请检查经纬度。这个位置可能不在本区路网附近。" : "查不到，请稍后再试。");
      return;
    }
    const found = answer.kinds[form.elements.kind.value] || [];
    answers.append(...found.map(item));
    say(found.length ? `找到${found.length}处，近的在前。` : "半小时步行范围内没有找到。");
  } catch {
    say("连不上服务器，请稍后再试。");
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  find();
});

document.getElementById("locate").addEventListener("click", () => {
  if (!navigator.geolocation) {
    say("这台设备不能提供位置，请填写经纬度。");
    return;
  }
  say("正在获取位置…");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.lon.value = coords.longitude.toFixed(6);
      form.elements.lat.value = coords.latitude.toFixed(6);
      find();
    },
    () => say("没有得到位置，请填写经纬度。"),
  );
});
