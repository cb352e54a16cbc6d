// What no page may do: show a text as markup, take in a whole library, swallow an error.
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

const wholeLibraries = {
  paths: [
    { name: 'echarts', message: 'Import the parts from echarts/core, echarts/charts and so on: the whole is 367 kB.' },
    { name: 'element-plus', importNames: ['default'], message: 'Import the components by name.' },
    { name: '@element-plus/icons-vue', importNames: ['default'], message: 'Import the icons by name.' },
  ],
  patterns: [{ group: ['element-plus/dist/*'], message: 'The styles come with each component.' }],
}

export default ts.config(
  { ignores: ['.build/', 'dist/', 'node_modules/'] },
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...vue.configs['flat/recommended'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      'no-console': 'error',
      'no-restricted-imports': ['error', wholeLibraries],
      'no-restricted-syntax': [
        'error',
        { selector: "MemberExpression[property.name='innerHTML']", message: 'Text from people is text.' },
        { selector: 'ImportNamespaceSpecifier[parent.source.value=/^(element-plus|echarts)/]', message: 'Import by name.' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      // Prettier owns the layout.
      'vue/html-indent': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
    },
  },
)
