package import NumericCore
package import ContinuousModels
import NeuralNets
package import Tensors

/// Series on a grid of times, each seen at some rows of its own.
package struct SparseSequences: Sendable {
  package var set: SequenceSet
  /// The rows, in order, at which each series is seen.
  package var seen: [[Int]]

  /// Sees `count` random rows of the first `window` ones of each series; the draws of a series do not depend on the count.
  package init(_ set: SequenceSet, seeing count: Int, of window: Int, key: RandomKey) {
    self.set = set
    seen = set.values.indices.map { number in
      key.folding(in: UInt64(number)).permutation(window).prefix(count).sorted()
    }
  }

  package var count: Int { self.set.count }

  /// The seen rows of some series; with `start`, a question at the grid's first time before them.
  ///
  /// `reading` gives those that are to be read of each series, if not all.
  package func observed(
    _ numbers: [Int], start: Bool = true, reading: [[Int]]? = nil
  ) -> IrregularSeries {
    let rows = (reading ?? numbers.map { seen[$0] }).map { rows in
      start && rows.first != 0 ? [0] + rows : rows
    }
    let longest = numbers.map { seen[$0].count }.max() ?? 0
    return series(
      numbers, rows, known: reading, layout: .own(count: longest + (start ? 1 : 0)))
  }

  /// The given rows of some series; those that were not seen are questions.
  package func asked(_ numbers: [Int], at rows: [Int]) -> IrregularSeries {
    series(numbers, numbers.map { _ in rows })
  }

  /// The seen rows of some series, and after them questions at further rows.
  package func continued(_ numbers: [Int], at rows: [Int]) -> IrregularSeries {
    series(numbers, numbers.map { seen[$0] + rows })
  }

  /// The truth at the given rows, `[row, batch, channel]`.
  package func targets(_ numbers: [Int], at rows: [Int]) -> Tensor {
    Tensor(
      rows.flatMap { row in numbers.flatMap { set.values[$0][row].map(Float.init) } },
      shape: [rows.count, numbers.count, set.channelCount])
  }

  /// 1 where a row was seen, or is among those that count, `[row, batch, 1]`.
  package func weights(
    _ numbers: [Int], at rows: [Int], counting: [[Int]]? = nil
  ) -> Tensor {
    let sets = (counting ?? numbers.map { seen[$0] }).map(Set.init)
    return Tensor(
      rows.flatMap { row in sets.map { $0.contains(row) ? Float(1) : 0 } },
      shape: [rows.count, numbers.count, 1])
  }

  /// Rows that are not among the known ones, or if none are given the seen ones, are questions.
  private func series(
    _ numbers: [Int], _ rows: [[Int]], known: [[Int]]? = nil,
    layout: IrregularSeries.Layout = .own()
  ) -> IrregularSeries {
    IrregularSeries(
      times: rows.map { $0.map { set.times[$0] } },
      values: zip(known ?? numbers.map { seen[$0] }, zip(numbers, rows)).map { known, asked in
        let (number, rows) = asked
        let known = Set(known)
        return rows.flatMap { row in
          set.values[number][row].map { known.contains(row) ? $0 : nil }
        }
      }, channelCount: set.channelCount, layout: layout)
  }
}
