import { words } from "./words/common.js";

document.title = words.join(" ");
