// What the browser does by itself: the theme and copying. It needs no connection, so both work at once.
(() => {
  'use strict';
  const key = 'slipway-theme';
  const root = document.documentElement;
  const dark = window.matchMedia('(prefers-color-scheme: dark)');

  // A browser may forbid storage; then the theme follows the system.
  const stored = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = theme => { try { localStorage.setItem(key, theme); } catch { /* It holds for this page. */ } };

  const show = () => {
    const chosen = root.dataset.chosen ?? stored();
    root.dataset.theme = chosen === 'dark' || chosen === 'light' ? chosen : dark.matches ? 'dark' : 'light';
  };

  // MLflow's clients print the address that MLflow's own pages have: "View run at SERVER/#/experiments/1/runs/ID".
  const mlflow = location.pathname === '/' && /^#\/experiments\/(\d+)(?:\/runs\/([0-9a-f]+))?$/.exec(location.hash);
  if (mlflow) {
    location.replace(mlflow[2] ? `/runs/${mlflow[2]}` : `/experiments/${mlflow[1]}`);
  }

  show();
  dark.addEventListener('change', show);

  const announce = text => {
    const announcer = document.getElementById('announcer');
    if (announcer) {
      announcer.textContent = text;
    }
  };

  const copy = async (button, source) => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      announce('Copied');
      button.dataset.copied = '';
      window.setTimeout(() => delete button.dataset.copied, 1500);
    } catch {
      // Without https a browser has no clipboard: the text is selected, and Ctrl+C takes it.
      getSelection().selectAllChildren(source);
      announce('Selected. Press Ctrl and C to copy.');
    }
  };

  document.addEventListener('click', event => {
    const target = event.target instanceof Element ? event.target : null;
    const skip = target?.closest('[data-skip]');
    if (skip) {
      event.preventDefault();
      event.stopPropagation();
      document.getElementById('main').focus();
      return;
    }

    if (target?.closest('[data-theme-switch]')) {
      root.dataset.chosen = root.dataset.theme === 'dark' ? 'light' : 'dark';
      store(root.dataset.chosen);
      show();
      announce(`${root.dataset.theme} theme`);
      return;
    }

    if (target?.closest('[data-reload]')) {
      location.reload();
      return;
    }

    const button = target?.closest('[data-copy]');
    const source = button && document.getElementById(button.dataset.copy);
    if (source) {
      copy(button, source);
    }
  }, true);
})();
