import { useEffect, useState } from "react";

import { Button } from "./button";

type Theme = "light" | "dark";

const remembered = "earpiece-theme";

function initialTheme(): Theme {
  const chosen = localStorage.getItem(remembered);
  if (chosen === "light" || chosen === "dark") return chosen;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Light or dark: as the system has it until the agent says otherwise. */
export function ThemeButton() {
  const [theme, setTheme] = useState(initialTheme);
  const other = theme === "light" ? "dark" : "light";

  useEffect(() => {
    if (localStorage.getItem(remembered) !== null) document.documentElement.dataset["theme"] = theme;
  }, [theme]);

  const change = () => {
    localStorage.setItem(remembered, other);
    setTheme(other);
  };
  return (
    <Button
      look="quiet"
      icon="theme"
      onClick={change}
      aria-label={`Change to the ${other} theme`}
      className="px-2"
    />
  );
}
