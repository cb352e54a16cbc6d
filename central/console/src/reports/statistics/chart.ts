/**
 * The chart of figures: bars, stacked by their parts, drawn by ECharts' parts alone.
 *
 * Laws: colours come from the theme's tokens; nothing moves; a text of people is drawn, never read as markup; the chart says in
 * words what a reader of the screen cannot see.
 */
import { BarChart, type BarSeriesOption } from 'echarts/charts'
import {
  AriaComponent,
  type AriaComponentOption,
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from 'echarts/components'
import { type ComposeOption, type ECharts, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

import type { Series } from '../figures/sums'

use([BarChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, CanvasRenderer])

type Option = ComposeOption<
  BarSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption | AriaComponentOption
>

export interface Drawn {
  bars: readonly string[]
  series: readonly Series[]
  /** What the chart says in words: its largest bar and its sum. */
  said: string
  /** An amount as it is shown. */
  amount: (amount: number) => string
  /** An amount at the axis, in short. */
  scale: (amount: number) => string
}

const SERIES_COLOURS = 6
const [FONT_PX, GAP_PX, LEGEND_PX, WIDEST_BAR_PX] = [12, 8, 32, 48]

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function axes({ bars, scale }: Drawn): Pick<Option, 'xAxis' | 'yAxis'> {
  const axisLabel = { color: token('--text-second'), fontSize: FONT_PX, fontFamily: token('--font') }
  const line = { lineStyle: { color: token('--line') } }
  return {
    xAxis: { type: 'category', data: [...bars], axisLabel: { ...axisLabel, width: 120, overflow: 'truncate' }, axisLine: line },
    yAxis: { type: 'value', axisLabel: { ...axisLabel, formatter: scale }, splitLine: line },
  }
}

/** Return what ECharts is to draw, in the colours of the theme that is shown now. */
export function optionOf(drawn: Drawn): Option {
  const text = { color: token('--text'), fontSize: FONT_PX, fontFamily: token('--font') }
  return {
    animation: false,
    color: Array.from({ length: SERIES_COLOURS }, (_, index) => token(`--chart-${index + 1}`)),
    aria: { enabled: true, label: { enabled: true, description: drawn.said }, decal: { show: drawn.series.length > 1 } },
    grid: { left: GAP_PX, right: GAP_PX, top: LEGEND_PX + GAP_PX, bottom: GAP_PX, containLabel: true },
    legend: { type: 'plain', top: 0, left: 0, textStyle: { ...text, width: 160, overflow: 'truncate' }, selectedMode: false },
    // Drawn on the canvas: the page's policy allows no markup with styles of its own.
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      confine: true,
      backgroundColor: token('--surface-raised'),
      borderColor: token('--line'),
      textStyle: text,
      valueFormatter: (value) => drawn.amount(Number(value)),
    },
    ...axes(drawn),
    series: drawn.series.map(({ id, name, amounts }) => ({
      type: 'bar',
      id,
      name,
      data: [...amounts],
      stack: 'all',
      barMaxWidth: WIDEST_BAR_PX,
    })),
  }
}

export function begin(place: HTMLElement): ECharts {
  return init(place, null, { renderer: 'canvas' })
}

/** Return the chart as a picture on the ground of the page. */
export async function pictureOf(chart: ECharts): Promise<Blob> {
  const canvas = chart.renderToCanvas({ pixelRatio: 2, backgroundColor: token('--surface') })
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob === null ? reject(new Error('the browser makes no picture')) : resolve(blob))),
  )
}
