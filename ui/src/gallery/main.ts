import '../styles/index.css';

import { mount } from 'svelte';

import Window from '../views/Window.svelte';
import { desk, type Desk } from './desk';
import Gallery from './Gallery.svelte';
import Long from './Long.svelte';

declare global {
  interface Window {
    /** For whoever drives the page. */
    desk?: Desk;
  }
}

const target = document.getElementById('app') ?? document.body;

const part = new URLSearchParams(location.search).get('part');

if (part === 'long') {
  mount(Long, { target });
} else if (part === 'desk') {
  window.desk = desk();
  mount(Window, { target, props: { app: window.desk.app } });
} else {
  mount(Gallery, { target });
}
