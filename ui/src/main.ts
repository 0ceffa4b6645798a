import './styles/index.css';

import { mount } from 'svelte';

import { reach } from './host';
import { App } from './state/app.svelte';
import Window from './views/Window.svelte';

const app = new App(await reach(), localStorage);
app.start();
mount(Window, { target: document.getElementById('app') ?? document.body, props: { app } });
