/* A one-time link: its secret is in the address after the mark, which no server sees. */
"use strict";

const form = document.getElementById("link");
const message = document.getElementById("message");
const REFUSED = {
  LINK_VOID: "链接已用过或已过期，请向管理员要一个新的。",
  PASSWORD_WEAK: "密码太简单：至少 10 个字符，且不含登录名。",
  LOGIN_PAUSED: "尝试次数太多，请稍后再试。",
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { password, again } = form.elements;
  if (password.value !== again.value) {
    message.textContent = "两次输入不一样。";
    return;
  }
  try {
    const response = await fetch("/api/links/use", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token: location.hash.slice(1), password: password.value }),
    });
    if (response.ok) {
      form.reset();
      history.replaceState(null, "", "/link");
      message.textContent = "密码已设好，可以登录了。";
      return;
    }
    const { code } = await response.json();
    message.textContent = REFUSED[code] || "没有保存，请稍后再试。";
  } catch {
    message.textContent = "连不上服务器，请稍后再试。";
  }
});
