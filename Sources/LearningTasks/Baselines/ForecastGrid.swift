import Platform
import TimeSeries

/// The regular grid on which statistical forecasters read the past and forecast.
struct ForecastGrid: Hashable, Sendable {
  /// The distance of two rows, in the unit of the times.
  var spacing: Double
  /// The number of forecast steps; later times get the forecast of the last step.
  var steps: Int
  /// The number of rows before a forecast that are read.
  var lookback: Int

  /// The forecasts of some channels at some times, `[time][channel]`; `nil` for times that are not
  /// after the past.
  ///
  /// - Parameter series: only what lies before the moment of the forecast is read.
  func forecasts(
    of channels: [(channel: Int, forecaster: StatisticalForecaster)], at times: [Double],
    after now: Double, in series: TimeSeries
  ) -> [[Double?]] {
    guard let last = times.last(where: { $0 > now }) else {
      return times.map { _ in channels.map { _ in nil } }
    }
    let grid = SeriesGrid(
      series, now: now, spacing: spacing, rows: lookback, channels: series.channels.count)
    let past = GridPast(grid)
    let count = max(1, min(Int(max(0, min(grid.steps(to: last), 1e6))) + 1, steps))
    let curves = channels.map { channel, forecaster in
      [past.level(channel)] + forecaster.forecast(past, channel: channel, steps: count)
    }
    return times.map { time in
      let place = grid.steps(to: time)
      guard place > 1e-9 else { return channels.map { _ in nil } }
      let left = min(Int(min(place, 1e6)), count)
      let share = place - Double(left)
      return curves.map { curve in
        left == count ? curve[count] : curve[left] + share * (curve[left + 1] - curve[left])
      }
    }
  }
}
