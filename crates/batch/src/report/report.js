// The rows of a report. Whatever it shows comes from data and becomes text, never markup: nodes are made one by
// one, links are checked, and the page's policy lets no other script run.
'use strict'

const AT_ONCE = 60
const STATES = {
  done: 'Done',
  accepted: 'Paid, goes on',
  failed: 'Failed',
  refused: 'Refused',
  unconfirmed: 'Unconfirmed',
  unsent: 'Not sent',
}
// What a row without a picture shows in its place.
const PLACES = {
  done: 'picture not on disk',
  accepted: 'the picture is still being made',
  failed: 'no picture: refunded',
  refused: 'no picture: not billed',
  unconfirmed: 'no picture: it may have been billed',
  unsent: 'not sent, not billed',
}

const get = id => document.getElementById(id)
const data = id => JSON.parse(get(id).textContent)
const rows = data('rows')
const report = data('report')
const totals = data('totals')

// Text of others without characters that steer the line: controls, and those that turn the direction of writing.
const shown = text =>
  String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, '')
const number = count => count.toLocaleString('en')
const usd = amount => amount.toFixed(9).replace(/0{1,7}$/, '') + ' USD'

// A node with properties, and with nodes or texts in it.
const make = (tag, properties, ...within) => {
  const node = Object.assign(document.createElement(tag), properties)
  node.append(...within.filter(part => part !== null))
  return node
}

// The address of a file beside this page; of nothing else.
const file = name => {
  const leadsAway = typeof name !== 'string' || name === '' || /^\/|[\\:]|(^|\/)\.{1,2}(\/|$)/.test(name)
  return leadsAway ? null : './' + name.split('/').map(encodeURIComponent).join('/')
}

// The address of a page of the web; of nothing else.
const web = text => {
  try {
    const url = new URL(text)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}

const away = (text, href) => make('a', { href, target: '_blank', rel: 'noopener noreferrer', textContent: text })

const picture = (name, className, alt) => make('img', { className, alt, loading: 'lazy', decoding: 'async', src: file(name), draggable: false })

const placeholder = text => make('p', { className: 'empty', textContent: text })

// The pictures of a row: its parent under its result, and a slider between them.
const frame = row => {
  const parent = file(row.parent_picture) && row.parent_picture
  const results = row.pictures.filter(file)
  const node = make('figure', { className: 'frame' })
  if (parent) node.append(picture(parent, 'before', `Row ${row.line}: the parent`))
  if (results.length === 0) {
    if (!parent) return make('figure', { className: 'frame none' }, placeholder(PLACES[row.state]))
    node.append(make('figcaption', { className: 'word left', textContent: 'parent' }), placeholder(PLACES[row.state]))
    node.classList.add('half')
    return node
  }
  const after = picture(results[0], 'after', `Row ${row.line}: the result`)
  node.append(after)
  if (parent) {
    node.classList.add('both')
    node.append(
      make('figcaption', { className: 'word left', textContent: 'parent' }),
      make('span', { className: 'word right', textContent: 'result' }),
      make('span', { className: 'handle' }),
      make('input', { type: 'range', min: 0, max: 100, value: 50, step: 1, className: 'cut', ariaLabel: `Row ${row.line}: how much of the parent to see` }),
    )
  }
  if (results.length === 1) return node
  const choose = make('div', { className: 'choose', role: 'group', ariaLabel: `Row ${row.line}: its pictures` })
  results.forEach((name, place) => {
    const button = make('button', { type: 'button', ariaLabel: `Picture ${place + 1}`, ariaPressed: String(place === 0) }, picture(name, '', ''))
    button.addEventListener('click', () => {
      after.src = file(name)
      for (const other of choose.children) other.ariaPressed = String(other === button)
    })
    choose.append(button)
  })
  return make('div', {}, node, choose)
}

const fact = (name, ...value) => [make('dt', { textContent: name }), make('dd', { dir: 'auto' }, ...value)]

// What it cost, against the plan.
const cost = row => {
  const planned = row.planned_cost === null ? 'no price was known' : `planned ${usd(row.planned_cost)}`
  if (row.repeats !== null) return `paid for in line ${row.repeats}`
  if (row.state === 'refused' || row.state === 'unsent') return `none, ${planned}`
  if (row.state === 'failed') return `refunded, ${planned}`
  if (row.state === 'unconfirmed') return `unknown, ${planned}`
  if (row.cost === null) return `not reported, ${planned}`
  if (row.cost === row.planned_cost) return `${usd(row.cost)}, as planned`
  return make('strong', { className: 'off', textContent: `${usd(row.cost)}, ${planned}` })
}

const files = row => {
  const names = row.pictures.map(name => (file(name) ? away(shown(name), file(name)) : shown(name)))
  return names.flatMap((name, place) => (place === 0 ? [name] : [make('br', {}), name]))
}

const links = row => row.links.flatMap((text, place) => {
  const href = web(text)
  return [place === 0 ? null : ' ', href ? away(`picture ${place + 1}`, href) : make('span', { textContent: shown(text) })]
})

const trouble = row => {
  const error = row.error ?? {}
  const next = row.next_step ?? error.next_step
  if (row.error === null && !next) return null
  const message = error.message ?? (row.error === null ? null : JSON.stringify(error))
  return make(
    'div',
    { className: 'trouble' },
    message === null ? null : make('p', { className: 'message', dir: 'auto', textContent: shown(message) }),
    next ? make('p', { className: 'next', dir: 'auto' }, make('b', { textContent: 'Next: ' }), shown(next)) : null,
  )
}

const card = row =>
  make(
    'article',
    { className: `card ${row.state in STATES ? row.state : ''}`, ariaLabel: `Row ${row.line}` },
    frame(row),
    make(
      'div',
      { className: 'words' },
      make(
        'p',
        { className: 'head' },
        make('span', { className: 'state', textContent: STATES[row.state] ?? shown(row.state) }),
        row.tier === null ? null : make('span', { className: 'tier', textContent: shown(row.tier) }),
        make('span', { className: 'line', textContent: `line ${number(row.line)}` }),
      ),
      trouble(row),
      make(
        'dl',
        {},
        ...fact('cost', cost(row)),
        ...fact('billed to', make('code', { textContent: shown(row.billing_key) })),
        ...(row.task_id === null ? [] : fact('task', make('code', { textContent: shown(row.task_id) }))),
        ...(row.parent === null ? [] : fact('parent', make('code', { textContent: shown(row.parent) }))),
        ...fact('key', make('code', { textContent: shown(row.key) })),
        ...(row.pictures.length === 0 ? [] : fact(row.pictures.length === 1 ? 'file' : 'files', ...files(row))),
        ...(row.links.length === 0 ? [] : fact('at the API', ...links(row))),
      ),
    ),
  )

// What of the rows is shown: those of one state, those with a text, and of these the first so many.
const list = get('list')
let state = null
let words = []
let found = rows
let count = 0

// Each row as a text that can be searched, made when it is needed first.
const texts = new Map()
const text = row => {
  if (!texts.has(row)) {
    const values = [row.line, row.key, row.task_id, row.parent, row.tier, row.billing_key, row.output, row.next_step]
    values.push(row.error && JSON.stringify(row.error), ...row.pictures, STATES[row.state])
    texts.set(row, shown(values.filter(value => value !== null).join(' ')).toLowerCase())
  }
  return texts.get(row)
}

const showMore = () => {
  const next = found.slice(count, count + AT_ONCE)
  list.append(...next.map(card))
  count += next.length
  get('more').hidden = count >= found.length
}

const search = () => {
  found = rows.filter(row => (state === null || row.state === state) && words.every(word => text(row).includes(word)))
  list.replaceChildren()
  count = 0
  showMore()
  const unshown = totals.rows - rows.length
  const beyond = unshown > 0 ? `; ${number(unshown)} more are in the results, and not on this page` : ''
  get('found').textContent =
    found.length === rows.length ? `${number(rows.length)} rows${beyond}` : `${number(found.length)} of ${number(rows.length)} rows${beyond}`
  if (found.length === 0) list.append(placeholder(rows.length === 0 ? 'The batch has no rows.' : 'No row is like that.'))
}

const chip = (name, label, total) => {
  const button = make('button', { type: 'button', className: name ?? 'all', ariaPressed: String(name === state) }, label, ' ', make('b', { textContent: number(total) }))
  button.addEventListener('click', () => {
    state = name
    for (const other of get('chips').children) other.ariaPressed = String(other === button)
    search()
  })
  return button
}

const tile = (label, value, ...details) =>
  make('div', { className: 'tile' }, make('p', { className: 'label', textContent: label }), make('p', { className: 'value' }, ...value), make('p', { className: 'detail' }, ...details))

const money = text => [make('span', { textContent: text }), make('small', { textContent: ' USD' })]

const summary = () => {
  const { all, states } = totals
  const of = name => states[name] ?? 0
  const done = of('done')
  const share = make('span', { className: 'share' }, make('span', {}))
  share.firstChild.style.setProperty('--share', `${totals.rows === 0 ? 0 : (100 * done) / totals.rows}%`)
  const unreported = all.unreported === 0 ? '' : `; ${number(all.unreported)} not reported yet`
  const open = of('refused') + of('unsent')
  get('tiles').append(
    tile('Done', [make('span', { textContent: number(done) }), make('small', { textContent: ` of ${number(totals.rows)} rows` })], share),
    tile('Reported by the API', money(all.cost), `planned ${all.planned} USD${unreported}`),
    tile('Refunded', [number(all.refunded)], all.refunded === 1 ? 'a task that failed' : 'tasks that failed'),
    tile('Unconfirmed', [number(all.unconfirmed)], all.unconfirmed === 0 ? 'nothing is in doubt' : `up to ${all.at_stake} USD may be billed`),
    tile('Not billed', [number(open)], `${number(of('refused'))} refused, ${number(of('unsent'))} not sent`),
  )
  for (const [key, sums] of Object.entries(totals.billing_keys)) {
    const cells = [number(sums.charged), number(sums.refunded), number(sums.unconfirmed), sums.planned, sums.cost]
    get('keyrows').append(make('tr', {}, make('th', { scope: 'row', textContent: shown(key) }), ...cells.map(cell => make('td', { textContent: cell }))))
  }
}

const view = isSide => {
  document.body.classList.toggle('side', isSide)
  get('side').ariaPressed = String(isSide)
  get('slider').ariaPressed = String(!isSide)
}

const title = shown(report.name) || 'a batch'
document.title = `${title} · zoomout`
get('name').textContent = title
get('made').textContent = shown(report.made)
get('note').textContent = shown(report.note ?? '')
get('note').hidden = !report.note
summary()
get('chips').append(chip(null, 'All', rows.length))
for (const name of Object.keys(STATES)) {
  const total = rows.filter(row => row.state === name).length
  if (total > 0) get('chips').append(chip(name, STATES[name], total))
}

list.addEventListener('input', event => {
  if (event.target.className === 'cut') event.target.parentNode.style.setProperty('--cut', `${event.target.value}%`)
})
// A picture that is gone gives its place to a word.
list.addEventListener('error', event => {
  const node = event.target.parentNode
  if (!node.classList.contains('frame')) return
  event.target.remove()
  for (const extra of node.querySelectorAll('.cut, .handle')) extra.remove()
  node.classList.remove('both')
  if (!node.querySelector('.empty')) node.append(placeholder('a picture is no longer here'))
}, true)
get('find').addEventListener('input', event => {
  words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean)
  search()
})
document.addEventListener('keydown', event => {
  if (event.key !== '/' || event.target.matches('input')) return
  event.preventDefault()
  get('find').focus()
})
get('slider').addEventListener('click', () => view(false))
get('side').addEventListener('click', () => view(true))
get('show').addEventListener('click', showMore)
new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && showMore(), { rootMargin: '1200px' }).observe(get('more'))
search()
