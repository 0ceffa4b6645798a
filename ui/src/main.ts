import './styles/index.css';

import { mount } from 'svelte';

import { reach } from './host';
import { App } from './state/app.svelte';
import Window from './views/Window.svelte';

const app = new App(await reach(), localStorage);
app.desk.hear({
  // The next frame begins when this one is painted. How long the start took is read from the mark.
  changed: (_, before) => {
    if (before.number === 0) requestAnimationFrame(() => performance.mark('painted'));
  },
});
app.start();
mount(Window, { target: document.getElementById('app') ?? document.body, props: { app } });
