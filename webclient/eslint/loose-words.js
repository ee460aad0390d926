/*
 * Words live in src/i18n: a string that people would read and that stands in a source is an error. People read what is
 * drawn as text or as a spoken attribute, and what is handed to whoever says things: toast(…), setProblem(…). Elsewhere
 * a string of several words that begins with a capital is taken for a sentence, unless it is thrown or logged.
 */
const spoken = new Set([
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'aria-valuetext',
  'title',
  'placeholder',
  'alt',
  'label',
  'hint',
  'description',
  'name',
]);
// A field's name in a form is not read by anybody.
const silentNames = new Set(['input', 'meta', 'form', 'button', 'path', 'svg']);
const sayers = /^(toast|say|announce|set(Problem|Error|Notice|Message))$/;
const sentence = /^\p{Lu}[\p{L}’']*( [\p{L}’']+)+[\p{L}\d ,.:…’']*$/u;

/** @type {import('eslint').Rule.RuleModule} */
export default {
  meta: {
    type: 'problem',
    messages: { loose: 'Put words into src/i18n/en.json: “{{text}}”.' },
    schema: [],
  },
  create(context) {
    const reported = new Set();
    const report = (node, text) => {
      if (reported.has(node)) return;
      reported.add(node);
      context.report({ node, messageId: 'loose', data: { text: text.trim() } });
    };

    // Follows a value to where it is written: through choices, sums and templates, not into calls.
    function checkValue(node) {
      switch (node?.type) {
        case 'Literal':
          if (typeof node.value === 'string' && /\p{L}/u.test(node.value)) report(node, node.value);
          break;
        case 'TemplateLiteral':
          for (const part of node.quasis) {
            if (/\p{L}/u.test(part.value.raw)) report(part, part.value.raw);
          }
          node.expressions.forEach(checkValue);
          break;
        case 'ConditionalExpression':
          checkValue(node.consequent);
          checkValue(node.alternate);
          break;
        case 'LogicalExpression':
        case 'BinaryExpression':
          if (node.type === 'BinaryExpression' && node.operator !== '+') break;
          if (node.type === 'BinaryExpression' || node.operator !== '&&') checkValue(node.left);
          checkValue(node.right);
          break;
        case 'JSXExpressionContainer':
          checkValue(node.expression);
          break;
      }
    }

    return {
      JSXText(node) {
        if (/\p{L}/u.test(node.value)) report(node, node.value);
      },
      'JSXElement > JSXExpressionContainer': checkValue,
      'JSXFragment > JSXExpressionContainer': checkValue,
      JSXAttribute(node) {
        const attribute = node.name.name;
        if (!spoken.has(attribute)) return;
        if (attribute === 'name' && silentNames.has(node.parent.name.name)) return;
        checkValue(node.value);
      },
      CallExpression(node) {
        if (node.callee.type === 'Identifier' && sayers.test(node.callee.name))
          checkValue(node.arguments[0]);
      },
      Literal(node) {
        if (typeof node.value !== 'string' || !sentence.test(node.value)) return;
        if (!isUnread(node)) report(node, node.value);
      },
    };
  },
};

function isUnread(node) {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'ThrowStatement' || at.type === 'JSXAttribute') return true;
    if (at.type === 'NewExpression' && /(Error|Exception)$/.test(at.callee.name ?? '')) return true;
    if (at.type === 'CallExpression' && at.callee.object?.name === 'console') return true;
    if (/Function|Program|JSXElement/.test(at.type)) return false;
  }
  return false;
}
