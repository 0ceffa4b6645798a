import './styles/index.css';

import { mount } from 'svelte';

import { reach } from './host';
import { App } from './state/app.svelte';
import Window from './views/Window.svelte';
import { speak } from './words/say';

document.documentElement.lang = speak(navigator.languages);
const app = new App(reach(), localStorage);
app.desk.hear({
  // The frame after the next begins when the next is painted. How long the start took is read from the mark.
  changed: (_, before) => {
    if (before.number > 0) return;
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('painted')));
  },
});
app.start();
mount(Window, { target: document.getElementById('app') ?? document.body, props: { app } });
