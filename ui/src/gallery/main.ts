import '../styles/index.css';

import { mount } from 'svelte';

import Gallery from './Gallery.svelte';
import Long from './Long.svelte';

mount(location.hash === '#long' ? Long : Gallery, {
  target: document.getElementById('app') ?? document.body,
});
