import effect from "@effect/eslint-plugin"
import js from "@eslint/js"
import tseslint from "typescript-eslint"

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "packages/*/docs/**", "out/**", "coverage/**"] },
  js.configs.recommended,
  tseslint.configs.recommended,
  effect.configs.dprint,
  {
    rules: {
      "require-yield": "off",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Companion namespaces (`interface Service` inside `namespace X`) are how Effect's own packages write tags.
      "@typescript-eslint/no-namespace": "off",
      "@typescript-eslint/no-empty-object-type": "off",
      "@effect/dprint": ["error", {
        config: {
          indentWidth: 2,
          lineWidth: 120,
          semiColons: "asi",
          quoteStyle: "alwaysDouble",
          trailingCommas: "never",
          operatorPosition: "maintain",
          "arrowFunction.useParentheses": "force"
        }
      }]
    }
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { console: "readonly", process: "readonly" } }
  },
  {
    // Time, chance and fibres have services of their own in library code.
    files: ["packages/{resilience,hubspot}/src/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: "Use Clock." },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: "Use Random."
        },
        { selector: "CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]", message: "Use Effect.sleep." },
        {
          selector: "FunctionDeclaration[async=true], ArrowFunctionExpression[async=true]",
          message: "Use Effect.gen."
        },
        { selector: "ThrowStatement", message: "Fail with a typed error." },
        {
          selector: "ImportDeclaration[source.value=/^(effect|@effect\\/platform)$/]",
          message: "Import single modules: effect/Effect."
        }
      ]
    }
  }
)
