import './styles/index.css';

import { mount } from 'svelte';

import { reach } from './host';
import { App } from './state/app.svelte';
import Window from './views/Window.svelte';

const target = document.getElementById('app') ?? document.body;

if (import.meta.env.DEV && location.pathname === '/gallery') {
  const { default: Gallery } = await import('./gallery/Gallery.svelte');
  mount(Gallery, { target });
} else {
  const app = new App(await reach(), localStorage);
  app.start();
  mount(Window, { target, props: { app } });
}
