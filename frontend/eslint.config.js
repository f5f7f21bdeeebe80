import { readdirSync } from "node:fs";
import { join } from "node:path";

import js from "@eslint/js";
import checkFile from "eslint-plugin-check-file";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const features = readdirSync(join(import.meta.dirname, "src/features"));

/** Imports point one way: pages → features → components → live, api. A feature never reaches into another. */
const zones = [
  ...features.map((name) => ({
    target: `./src/features/${name}`,
    from: "./src/features",
    except: [`./${name}`],
    message: "Features do not import each other; a page hands one what it needs from the other.",
  })),
  { target: "./src/features", from: "./src/pages" },
  { target: "./src/components", from: ["./src/features", "./src/pages"] },
  { target: "./src/live", from: ["./src/components", "./src/features", "./src/pages"] },
  { target: "./src/api", from: ["./src/live", "./src/components", "./src/features", "./src/pages"] },
];

export default tseslint.config({ ignores: ["dist"] }, js.configs.recommended, {
  files: ["src/**/*.{ts,tsx}"],
  extends: [tseslint.configs.strictTypeChecked, reactHooks.configs.flat["recommended-latest"]],
  languageOptions: { parserOptions: { projectService: true } },
  plugins: { "import-x": importX, "check-file": checkFile },
  settings: {
    "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".tsx"] })],
    "import-x/extensions": [".ts", ".tsx"],
    "import-x/parsers": { "@typescript-eslint/parser": [".ts", ".tsx"] },
  },
  rules: {
    "import-x/no-cycle": "error",
    "import-x/no-restricted-paths": ["error", { zones }],
    "check-file/filename-naming-convention": [
      "error",
      { "src/**/*.{ts,tsx}": "KEBAB_CASE" },
      { ignoreMiddleExtensions: true },
    ],
    "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    "no-restricted-syntax": [
      "error",
      {
        selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
        message: "Spoken and written words are text, never markup.",
      },
    ],
  },
});
