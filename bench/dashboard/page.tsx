// The dashboard as Grafana's own panel components draw it, with what Prometheus answers.
// render.py serves this page, gives it the dashboard and Prometheus, and takes its picture.

import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';

import {
  createTheme,
  DataFrame,
  dateTime,
  Field,
  FieldConfig,
  FieldType,
  fieldMatchers,
  getDisplayProcessor,
  rangeUtil,
  reduceField,
  renderMarkdown,
  TimeRange,
} from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { BigValue, GlobalStyles, PanelChrome, ThemeContext, TimeSeries, UPlotConfigBuilder } from '@grafana/ui';
import { createRoot } from 'react-dom/client';

const asked = new URLSearchParams(location.search);
const PROMETHEUS = asked.get('prometheus');
const END = Number(asked.get('end')) * 1000;
const HOURS = 24;
const WIDTH = 1600;
const CELL = { width: (WIDTH - 16 + 8) / 24, height: 38, gap: 8 };

const theme = createTheme({ colors: { mode: 'dark' } });
const range: TimeRange = {
  from: dateTime(END - HOURS * 3_600_000),
  to: dateTime(END),
  raw: { from: `now-${HOURS}h`, to: 'now' },
};

type Panel = any;
type Marks = Array<{ at: number; name: string; color: string }>;
type Series = { metric: Record<string, string>; values: Array<[number, string]> };

// As the variables stand when somebody opens the dashboard.
const filledIn = (expr: string) =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(instance|mailbox)\b/g, '.*');

const named = (format: string | undefined, labels: Record<string, string>) =>
  (format ?? '').replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? '');

async function ask(expr: string, step: number): Promise<Series[]> {
  const times = { start: range.from.valueOf() / 1000, end: END / 1000, step };
  const aligned = { ...times, start: Math.floor(times.start / step) * step };
  const form = new URLSearchParams({ query: filledIn(expr) });
  Object.entries(aligned).forEach(([key, value]) => form.set(key, String(value)));
  const answer = await (await fetch(`${PROMETHEUS}/api/v1/query_range?${form}`)).json();
  if (answer.status !== 'success') {
    throw new Error(`${expr}: ${answer.error}`);
  }
  return answer.data.result;
}

async function askNow(expr: string): Promise<Series[]> {
  const form = new URLSearchParams({ query: filledIn(expr), time: String(END / 1000) });
  const answer = await (await fetch(`${PROMETHEUS}/api/v1/query?${form}`)).json();
  return answer.data.result.map((each: any) => ({ ...each, values: [each.value] }));
}

function configOf(field: Field, frame: DataFrame, panel: Panel): FieldConfig {
  const { defaults, overrides } = panel.fieldConfig;
  const config = { ...structuredClone(defaults), displayNameFromDS: field.config.displayNameFromDS };
  for (const { matcher, properties } of overrides) {
    if (fieldMatchers.get(matcher.id).get(matcher.options)(field, frame, [frame])) {
      for (const { id, value } of properties) {
        const [outer, inner] = id.split('.');
        inner ? (config[outer] = { ...config[outer], [inner]: value }) : (config[id] = value);
      }
    }
  }
  return config;
}

function frameOf(series: Series, target: any, panel: Panel, index: number, step: number): DataFrame {
  const { __name__, ...labels } = series.metric;
  const name = named(target.legendFormat === '__auto' ? '' : target.legendFormat, labels);
  const told = new Map(series.values.map(([at, number]) => [at, number === 'NaN' ? null : Number(number)]));
  const [[first]] = series.values;
  const last = series.values.at(-1)![0];
  // With nothing where nothing was told, or lines would be drawn across.
  const times = Array.from({ length: Math.round((last - first) / step) + 1 }, (_, index) => first + index * step);
  const time: Field = {
    name: 'Time',
    type: FieldType.time,
    config: { interval: step * 1000 },
    values: times.map((at) => at * 1000),
  };
  const value: Field = {
    name: 'Value',
    type: FieldType.number,
    labels,
    config: { displayNameFromDS: name || target.refId },
    values: times.map((at) => told.get(at) ?? null),
    state: { seriesIndex: index },
  };
  const frame: DataFrame = { refId: target.refId, fields: [time, value], length: times.length };
  value.config = configOf(value, frame, panel);
  time.display = getDisplayProcessor({ field: time, theme });
  value.display = getDisplayProcessor({ field: value, theme });
  return frame;
}

async function framesOf(panel: Panel): Promise<DataFrame[]> {
  const width = panel.gridPos.w * CELL.width;
  const frames: DataFrame[] = [];
  for (const target of panel.targets ?? []) {
    const least = target.interval ?? '15s';
    const step = rangeUtil.calculateInterval(range, Math.floor(width), least).intervalMs / 1000;
    const found = target.instant ? await askNow(target.expr) : await ask(target.expr, step);
    found.forEach((series) => frames.push(frameOf(series, target, panel, frames.length, step)));
  }
  return frames;
}

async function marksOf(annotations: any[]): Promise<Marks> {
  const marks: Marks = [];
  for (const each of annotations) {
    const step = 60;
    for (const series of await ask(each.expr, step)) {
      const times = series.values.map(([at]) => at);
      const first = times.filter((at, index) => index === 0 || at - times[index - 1] > step);
      const color = theme.visualization.getColorByName(each.iconColor);
      marks.push(...first.map((at) => ({ at: at * 1000, name: each.name, color })));
    }
  }
  return marks;
}

// Grafana's own layer for annotations belongs to its server.
function drawn(marks: Marks) {
  return (builder: UPlotConfigBuilder) => {
    builder.addHook('draw', (plot) => {
      const { ctx, bbox } = plot;
      for (const mark of marks) {
        const x = plot.valToPos(mark.at, 'x', true);
        const foot = bbox.top + bbox.height;
        const half = 5 * devicePixelRatio;
        ctx.save();
        ctx.strokeStyle = ctx.fillStyle = mark.color;
        ctx.lineWidth = 2;
        ctx.setLineDash([5, 5]);
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, foot);
        ctx.stroke();
        ctx.beginPath();
        ctx.moveTo(x, foot);
        ctx.lineTo(x - half, foot + half);
        ctx.lineTo(x + half, foot + half);
        ctx.fill();
        ctx.restore();
      }
    });
    return null;
  };
}

const Nothing = ({ panel }: { panel: Panel }) => (
  <div style={{ padding: 32, textAlign: 'center', color: theme.colors.text.secondary }}>
    {panel.fieldConfig.defaults.noValue ?? 'No data'}
  </div>
);

function Stat({ panel, frames, width, height }: any) {
  if (!frames.length) {
    return <Nothing panel={panel} />;
  }
  const { options } = panel;
  const each = width / frames.length;
  return (
    <div style={{ display: 'flex' }}>
      {frames.map((frame: DataFrame, index: number) => {
        const field = frame.fields[1];
        const value = reduceField({ field, reducers: options.reduceOptions.calcs })[options.reduceOptions.calcs[0]];
        const title = options.textMode === 'value_and_name' ? field.config.displayNameFromDS : undefined;
        return (
          <BigValue
            key={index}
            value={{ ...field.display!(value), title }}
            colorMode={options.colorMode}
            graphMode={options.graphMode}
            justifyMode={options.justifyMode}
            textMode={options.textMode}
            theme={theme}
            width={each}
            height={height}
          />
        );
      })}
    </div>
  );
}

function Content({ panel, frames, marks, width, height }: any) {
  switch (panel.type) {
    case 'stat':
      return <Stat {...{ panel, frames, width, height }} />;
    case 'timeseries':
      return (
        <TimeSeries
          {...{ frames, width, height }}
          timeRange={range}
          timeZone="utc"
          legend={panel.options.legend}
          options={panel.options}
        >
          {drawn(marks)}
        </TimeSeries>
      );
    case 'text':
      return <div className="markdown-html" dangerouslySetInnerHTML={{ __html: renderMarkdown(panel.options.content) }} />;
    default:
      return <>This page does not draw panels of the type {panel.type}.</>;
  }
}

function Placed({ panel, frames, marks }: any) {
  const { x, y, w, h } = panel.gridPos;
  const place = {
    position: 'absolute' as const,
    left: 8 + x * CELL.width,
    top: 48 + y * CELL.height,
    width: w * CELL.width - CELL.gap,
    height: h * CELL.height - CELL.gap,
  };
  if (panel.type === 'row') {
    return <div style={{ ...place, font: '500 16px/30px Inter' }}>⌄ {panel.title}</div>;
  }
  const empty = panel.type === 'timeseries' && !frames.length;
  return (
    <div style={place}>
      <PanelChrome
        title={panel.title}
        description={panel.description}
        width={place.width}
        height={place.height}
        padding={panel.type === 'stat' ? 'none' : 'md'}
      >
        {(width, height) => (empty ? <Nothing panel={panel} /> : <Content {...{ panel, frames, marks, width, height }} />)}
      </PanelChrome>
    </div>
  );
}

async function main() {
  await Promise.all(['400 14px Inter', '500 14px Inter'].map((font) => document.fonts.load(font)));
  await initPluginTranslations('grafana-ui').catch(console.warn);
  const dashboard = await (await fetch('/dashboard.json')).json();
  const marks = await marksOf(dashboard.annotations.list);
  const all = dashboard.panels as Panel[];
  const found = await Promise.all(all.map((panel) => (framesOf(panel))));
  const rows = Math.max(...all.map(({ gridPos }) => gridPos.y + gridPos.h));
  const size = { width: WIDTH, height: 56 + rows * CELL.height, position: 'relative' as const };
  createRoot(document.getElementById('here')!).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div style={{ ...size, background: theme.colors.background.canvas, color: theme.colors.text.primary }}>
        <div style={{ padding: '12px 16px', font: '500 18px Inter' }}>
          {dashboard.title}: {dashboard.description}
          <span style={{ float: 'right', font: '400 14px Inter' }}>Last {HOURS} hours, UTC</span>
        </div>
        {all.map((panel, index) => (
          <Placed key={panel.id} panel={panel} frames={found[index]} marks={panel.type === 'timeseries' ? marks : []} />
        ))}
      </div>
    </ThemeContext.Provider>
  );
  document.title = `${size.height}`;
}

main().catch((error) => {
  document.body.textContent = String(error?.stack ?? error);
});
