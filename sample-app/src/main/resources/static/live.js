// Draws the states that the feed sends, four times a second. No framework, no build.
const SECONDS = 60;
const byId = id => document.getElementById(id);
const svg = (name, attributes) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  return element;
};
const time = at => new Date(at).toLocaleTimeString([], { hour12: false });
const color = index => `var(--node-${index % 5})`;
const post = path => fetch(`live/${path}`, { method: 'POST' }).catch(() => offline());
const setText = (element, text) => { if (element.textContent !== text) element.textContent = text; };

// --- nodes

const cards = new Map();

function card(name, index) {
  if (!cards.has(name)) {
    const element = byId('node').content.firstElementChild.cloneNode(true);
    element.id = `node-${name}`;
    element.style.setProperty('--color', color(index));
    element.setAttribute('aria-label', `Node ${name}`);
    element.querySelector('h3').textContent = name;
    element.querySelector('.actions').setAttribute('aria-label', `Actions on ${name}`);
    byId('nodes').append(element);
    cards.set(name, { element, lags: [], buttons: new Map() });
  }
  return cards.get(name);
}

function showNode(node, index, state) {
  const shown = card(node.name, index);
  const find = selector => shown.element.querySelector(selector);
  setText(find('.role'), node.role);
  const badge = find('.state');
  badge.dataset.state = node.state;
  setText(badge, node.suspected && node.state === 'online' ? 'suspected' : node.state);
  const isPrimary = node.name === state.primary;
  const writes = state.writers.includes(node.name);
  setText(find('.lag strong'), writes ? state.masters ? 'writer' : 'primary' : lagText(node.lagMillis));
  setText(find('.lag span'), writes ? 'serves writes'
    : node.lagMillis === null ? '' : `behind the ${state.masters ? 'group' : 'primary'}`);
  showMember(find('.member'), node, state);
  setText(find('.reason'), node.reason ?? '');
  setText(find('.facts'), [node.server, `${node.inFlight} in flight`,
    node.share < 1 && node.state === 'online' ? `${Math.round(100 * node.share)}% of its share of reads` : null]
    .filter(Boolean).join(' · '));
  shown.lags.push({ at: Date.parse(state.at), lag: writes ? 0 : node.lagMillis });
  while (shown.lags[0].at < Date.parse(state.at) - SECONDS * 1000) shown.lags.shift();
  drawLag(find('.sparkline svg'), shown.lags, state);
  showActions(shown, node, isPrimary, state);
}

function showMember(element, node, state) {
  element.hidden = !state.masters;
  setText(element, state.masters ? [node.member?.state, node.member?.view ? `view ${node.member.view.split(':').at(-1)}` : 'in no view',
    node.member ? `applier queue ${node.member.applierQueue}` : null, `${node.conflicts} conflicts`]
    .filter(Boolean).join(' · ') : '');
}

const lagText = lag => lag === null ? 'lag unknown' : lag < 1000 ? `${lag} ms` : `${(lag / 1000).toFixed(1)} s`;

function drawLag(canvas, lags, state) {
  const highest = Math.max(state.maxLagMillis * 1.25, ...lags.map(sample => sample.lag ?? 0));
  const x = at => 240 - (Date.parse(state.at) - at) / (SECONDS * 1000) * 240;
  const y = lag => 58 - lag / highest * 56;
  const limit = y(state.maxLagMillis);
  const label = canvas.nextElementSibling;
  setText(label, `max-lag ${lagText(state.maxLagMillis)}`);
  label.style.top = `${Math.max(0, limit - 14)}px`;
  const lines = [];
  let line = [];
  for (const sample of lags) {
    if (sample.lag === null) {
      if (line.length) lines.push(line);
      line = [];
    } else {
      line.push(`${x(sample.at).toFixed(1)},${y(sample.lag).toFixed(1)}`);
    }
  }
  if (line.length) lines.push(line);
  canvas.replaceChildren(svg('line', { x1: 0, x2: 240, y1: limit, y2: limit }),
    ...lines.map(points => svg('polyline', { points: points.join(' ') })));
  const last = lags.at(-1);
  canvas.setAttribute('aria-label', `Lag over the last minute, now ${lagText(last.lag)}`);
}

function showActions(shown, node, isPrimary, state) {
  const has = fault => node.faults.includes(fault);
  const killed = has('killed');
  const wanted = [];
  if (state.faultsPossible && state.masters) {
    wanted.push(['kill', 'Kill', killed], ['freeze', 'Freeze', killed || has('frozen')],
      ['cut', 'Cut off', killed || has('cut')], ['desync', 'Desync', killed || has('frozen') || has('desynced')],
      ['repair', 'Repair', node.faults.length === 0]);
  } else if (state.faultsPossible) {
    wanted.push(killed ? ['start', 'Start'] : ['kill', 'Kill']);
    wanted.push(has('frozen') ? ['thaw', 'Thaw'] : ['freeze', 'Freeze', killed]);
    wanted.push(has('stalled') ? ['resume', 'Resume'] : ['stall', 'Stall', killed || node.role !== 'replica']);
    wanted.push(node.state === 'fenced' ? ['rejoin', 'Rejoin'] : ['promote', 'Promote', killed || isPrimary]);
  }
  const drained = node.state === 'drained' || node.state === 'draining';
  wanted.push(drained ? ['undrain', 'Undrain'] : ['drain', 'Drain', isPrimary]);
  const key = wanted.map(([action]) => action).join();
  if (shown.actions !== key) {
    shown.actions = key;
    shown.element.querySelector('.actions').replaceChildren(...wanted.map(([action, label]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.dataset.action = action;
      button.textContent = label;
      button.setAttribute('aria-label', `${label} ${node.name}`);
      button.addEventListener('click', () => post(`nodes/${node.name}/${action}`));
      return button;
    }));
  }
  wanted.forEach(([action, , disabled]) => {
    shown.element.querySelector(`[data-action=${action}]`).disabled = Boolean(disabled);
  });
}

// --- several masters

const POLICIES = ['single', 'round-robin', 'affinity'];

function showMasters(state) {
  byId('masters').hidden = !state.masters;
  if (!state.masters) return;
  const { policy, view, retried, abandoned } = state.masters;
  setText(byId('view'), view ? `${view.viewId} of ${view.members}` : 'none');
  setText(byId('conflicts'), String(state.nodes.reduce((sum, node) => sum + node.conflicts, 0)));
  setText(byId('retried'), String(retried));
  setText(byId('abandoned'), String(abandoned));
  if (!byId('policies').children.length) {
    byId('policies').append(...POLICIES.map(name => {
      const button = document.createElement('button');
      button.type = 'button';
      button.id = `policy-${name}`;
      button.textContent = name;
      button.addEventListener('click', () => post(`policy/${name}`));
      return button;
    }));
  }
  POLICIES.forEach(name => {
    const button = byId(`policy-${name}`);
    button.setAttribute('aria-pressed', String(name === policy));
    button.disabled = name === policy;
  });
}

async function editTwice() {
  const button = byId('edit');
  button.disabled = true;
  const answer = await post('edits');
  button.disabled = false;
  if (!answer) return;
  const result = await answer.json();
  const edits = answer.ok ? result : [{ attempts: ['failed'], base: result.detail ?? result.error }];
  byId('edits').hidden = false;
  byId('edits').tBodies[0].replaceChildren(...edits.map(edit => {
    const row = document.createElement('tr');
    [edit.attempts.join(', '), edit.base, edit.mine, edit.theirs ?? 'no conflict', edit.stored].forEach(text => {
      row.insertCell().textContent = text ?? '';
    });
    return row;
  }));
}

// --- traffic

const seconds = [];
let before = null;

function countTraffic(state) {
  const second = Math.floor(Date.parse(state.at) / 1000);
  const total = state.traffic;
  if (before !== null) {
    if (seconds.at(-1)?.second !== second) seconds.push({ second, served: {}, failed: 0, longest: 0 });
    const now = seconds.at(-1);
    Object.entries(total.served).forEach(([node, count]) => {
      now.served[node] = (now.served[node] ?? 0) + Math.max(0, count - (before.served[node] ?? 0));
    });
    now.failed += Math.max(0, total.failedReads + total.failedWrites - before.failedReads - before.failedWrites);
    now.longest = Math.max(now.longest, total.longestMillis);
  }
  before = total;
  while (seconds.length && seconds[0].second <= second - SECONDS) seconds.shift();
  drawTraffic(state, second);
}

function drawTraffic(state, second) {
  const names = state.nodes.map(node => node.name);
  const sum = bar => names.reduce((all, name) => all + (bar.served[name] ?? 0), 0) + bar.failed;
  const highest = Math.max(20, ...seconds.map(sum));
  const width = 600 / SECONDS;
  byId('chart').replaceChildren(...seconds.flatMap(bar => {
    const x = 600 - (second - bar.second + 1) * width;
    let y = 120;
    const part = (count, fill) => {
      const height = count / highest * 116;
      y -= height;
      return svg('rect', { x: x + 0.5, y, width: width - 1, height, fill });
    };
    return [...names.map((name, index) => part(bar.served[name] ?? 0, color(index))), part(bar.failed, 'var(--bad)')];
  }));
  const whole = seconds.at(-2) ?? seconds.at(-1);
  setText(byId('rate'), String(whole ? sum(whole) : 0));
  setText(byId('failed-reads'), String(state.traffic.failedReads));
  setText(byId('failed-writes'), String(state.traffic.failedWrites));
  setText(byId('longest'), `${Math.max(0, ...seconds.map(bar => bar.longest))} ms`);
  const legend = names.map((name, index) => [`${name}: ${state.traffic.served[name] ?? 0}`, color(index)]);
  legend.push(['failed', 'var(--bad)']);
  byId('legend').replaceChildren(...legend.map(([text, fill]) => {
    const item = document.createElement('li');
    const mark = document.createElement('i');
    mark.style.setProperty('--color', fill);
    item.append(mark, text);
    return item;
  }));
}

function showDecisions(entries) {
  byId('decisions').replaceChildren(...entries.map(entry => {
    const row = document.createElement('tr');
    if (entry.node === null) row.className = 'failed';
    [time(entry.at), entry.kind.toLowerCase(), entry.node ?? 'failed', entry.reason].forEach(text => {
      row.insertCell().textContent = text;
    });
    return row;
  }));
}

// --- events, summary and connection

let newestKey = null;

function showJournal(entries) {
  const key = entries.length ? entries[0].at + entries[0].text : null;
  if (key === newestKey) return;
  newestKey = key;
  byId('journal').replaceChildren(...entries.map(entry => {
    const item = document.createElement('li');
    const at = document.createElement('time');
    at.dateTime = entry.at;
    at.textContent = time(entry.at);
    item.append(at, entry.text);
    return item;
  }));
}

function show(state) {
  const summary = byId('summary');
  const replicas = state.nodes.filter(node => state.masters || node.role === 'replica');
  const serving = replicas.filter(node => node.state === 'online');
  setText(summary, state.writers.length
    ? `Writes go to ${state.writers.join(', ')}; ${serving.length} of ${replicas.length} ${
      state.masters ? 'members' : 'replicas'} serve reads`
    : `No writes: ${state.noPrimaryReason}`);
  summary.classList.toggle('alarm', !state.writers.length);
  showMasters(state);
  state.nodes.forEach((node, index) => showNode(node, index, state));
  countTraffic(state);
  showDecisions(state.traffic.last);
  showJournal(state.journal);
  byId('load').setAttribute('aria-pressed', String(state.traffic.running));
  setText(byId('load'), state.traffic.running ? 'Stop load' : 'Start load');
  byId('heal').hidden = !state.faultsPossible;
}

function offline() {
  setText(byId('summary'), 'The application does not answer; reconnecting…');
  byId('summary').classList.add('alarm');
}

byId('load').addEventListener('click', () =>
  post(byId('load').getAttribute('aria-pressed') === 'true' ? 'load/stop' : 'load/start'));
byId('heal').addEventListener('click', () => post('heal'));
byId('edit').addEventListener('click', editTwice);

function connect() {
  const feed = new EventSource('live/feed');
  feed.addEventListener('message', event => show(JSON.parse(event.data)));
  feed.addEventListener('error', () => {
    offline();
    // The browser connects again by itself only where the connection broke, not after an error of the server.
    if (feed.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
  });
}
connect();
