// Two pictures with uPlot: answers as points, and one answer through the day.

import uPlot from "uplot";
import { useEffect, useRef } from "preact/hooks";
import { html } from "./html.js";
import { t } from "./page.js";

const COLOURS = ["#0f766e", "#2563eb", "#b45309", "#9333ea", "#b91c1c", "#15803d", "#0891b2", "#6b7280", "#be185d", "#4d7c0f", "#7c2d12"];
const GRID = { stroke: "#e5e7eb", width: 1 };
const FONT = '12px system-ui, "Noto Sans CJK SC", sans-serif';
const axis = (label, more = {}) => ({ label, grid: GRID, ticks: GRID, font: FONT, labelFont: FONT, stroke: "#4b5563", ...more });
const legend = { markers: { fill: (_, index) => COLOURS[(index - 1) % COLOURS.length] } };
const fixed = (places) => (_, value) => (value === null || value === undefined ? "–" : value.toFixed(places));

/** Draws once per set of data, and again when the panel changes its width. */
function Chart({ make, height, describe }) {
  const place = useRef(null);
  useEffect(() => {
    const { options, data } = make();
    const chart = new uPlot({ ...options, width: place.current.clientWidth, height }, data, place.current);
    const watch = new ResizeObserver(() => chart.setSize({ width: place.current.clientWidth, height }));
    watch.observe(place.current);
    return () => { watch.disconnect(); chart.destroy(); };
  }, []); // other data has another key, and so another chart
  return html`<div ref=${place} class="plot" role="img" aria-label=${describe}></div>`;
}

/** A dashed line at a value of a scale, across the plot. */
function dashed(scale, value, upright) {
  return (chart) => {
    const at = Math.round(chart.valToPos(value, scale, true));
    const { left, top, width, height } = chart.bbox;
    const pen = chart.ctx;
    pen.save();
    pen.strokeStyle = "#6b7280";
    pen.setLineDash([6, 5]);
    pen.beginPath();
    if (upright) { pen.moveTo(at, top); pen.lineTo(at, top + height); } else { pen.moveTo(left, at); pen.lineTo(left + width, at); }
    pen.stroke();
    pen.restore();
  };
}

/** Occupancy against abandonment; each answer its own series with one point. */
export function Beside({ answers }) {
  const make = () => {
    const points = answers.map((one) => [100 * one.abandonment_tsr, 100 * one.occupancy]);
    const order = [...new Set(points.map(([rate]) => rate))].sort((a, b) => a - b);
    const target = 100 * answers[0].target;
    const busy = points.map(([, y]) => y);
    const room = Math.max((Math.max(...busy) - Math.min(...busy)) * 0.15, 1);
    return {
      options: {
        scales: {
          x: { time: false, range: [-0.15, Math.max(order.at(-1), target) * 1.15 + 0.1] },
          y: { range: [Math.max(Math.min(...busy) - room, 0), Math.min(Math.max(...busy) + room, 100)] },
        },
        legend,
        cursor: { drag: { x: false, y: false }, points: { show: false } },
        axes: [axis(t("plan.abandoned")), axis(t("plan.occupancy"))],
        series: [{ label: t("plan.abandoned"), value: fixed(2) }, ...answers.map((one, index) => ({
          label: one.name, stroke: COLOURS[index % COLOURS.length], paths: () => null, value: () => `${busy[index].toFixed(1)} % @ ${points[index][0].toFixed(2)} %`,
          // The first is a ring, so that an answer that fell on the same spot is seen inside it.
          points: index === 0 ? { show: true, size: 18, width: 3, fill: "transparent" } : { show: true, size: 11, fill: COLOURS[index % COLOURS.length] },
        }))],
        hooks: { draw: [dashed("x", target, true)] },
      },
      data: [order, ...points.map(([rate, y]) => order.map((x) => (x === rate ? y : null)))],
    };
  };
  return html`<${Chart} key=${answers.map((one) => one.name + one.occupancy).join()} make=${make} height=${300} describe=${t("plan.chart_compare")} />`;
}

/** Occupancy by five minutes (left) and the rate of the day so far (right). */
export function Day({ line, target }) {
  const make = () => {
    const times = (values) => values.map((value) => (value === null ? null : 100 * value));
    const rates = times(line.abandonment);
    const settled = rates.slice(6).filter((rate) => rate !== null);
    return {
      options: {
        scales: { x: { time: false }, y: { range: [0, 100] }, rate: { range: [0, Math.max(200 * target, ...settled) * 1.1] } },
        legend: { markers: { fill: (_, index) => (index === 1 ? COLOURS[0] : COLOURS[4]) } },
        axes: [
          axis(t("plan.chart_time")), axis(t("plan.occupancy")),
          axis(t("plan.chart_rate"), { scale: "rate", side: 1, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => tick.toFixed(1)) }),
        ],
        series: [
          { label: t("plan.chart_time"), value: fixed(1) },
          { label: t("plan.occupancy"), stroke: COLOURS[0], width: 2, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false }, value: fixed(1) },
          { label: t("plan.chart_rate"), stroke: COLOURS[4], width: 2, scale: "rate", points: { show: false }, value: fixed(2) },
        ],
        hooks: { draw: [dashed("rate", 100 * target, false)] },
      },
      data: [line.minutes.map((minute) => minute / 60), times(line.occupancy), rates],
    };
  };
  return html`<${Chart} key=${line.occupancy.join()} make=${make} height=${280} describe=${t("plan.chart_rate")} />`;
}
