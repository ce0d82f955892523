import type { ShellKey } from "./shell";

export const en: Readonly<Record<ShellKey, string>> = {
  skip: "Skip to the content",
  brand: "Onegrid",
  pages: "Pages",
  residents: "Residents",
  office: "Offices",
  plan: "Planning",
  login: "Log in",
  language: "中文",
  elder: "Large print",
  elder_off: "Usual print",
  size: "Size of letters",
  larger: "Larger letters",
  smaller: "Smaller letters",
  synthetic: "Made-up data: residents and borders are invented, for demonstration",
  waiting: "One moment…",
  down: "The service cannot be reached. Please try again later.",
  again: "Try again",
};
