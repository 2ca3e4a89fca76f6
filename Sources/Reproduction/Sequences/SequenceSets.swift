import Platform
package import NumericCore

/// Series on a grid that they share, `[series][row][channel]`.
package struct SequenceSet: Hashable, Sendable {
  package var times: [Double]
  package var values: [[[Double]]]

  package init(times: [Double], values: [[[Double]]]) {
    self.times = times
    self.values = values
  }

  package var count: Int { values.count }
  package var channelCount: Int { values.first?.first?.count ?? 0 }
}

extension SequenceSet {
  /// Spirals of the plane: half wind out to the right, half are their mirror images.
  ///
  /// `P(θ) = (0.3 θ cos θ + 5, 0.3 θ sin θ) / 5` on 500 angles of `[0, 6π]`; a series is 200 of
  /// them from a random start: a window of 100 points with noise of deviation 0.06, and the 100
  /// points after it, clean. Even series wind one way, odd ones the other.
  ///
  /// A variant of the example of Chen et al. 2018, whose second class leaves the region of training.
  package static func spirals(_ count: Int, startBelow: Int, key: RandomKey) -> SequenceSet {
    let step = 6 * Double.pi / 499
    var words = RandomWords(key.folding(in: 0))
    let noise = key.folding(in: 1).normal(count * 200, as: Double.self)
    let values = (0..<count).map { number -> [[Double]] in
      let start = words.next(below: startBelow)
      let side: Double = number % 2 == 0 ? 1 : -1
      return (0..<200).map { row in
        let angle = Double(start + row) * step
        let scale = row < 100 ? 0.06 : 0
        let place = (number * 100 + row) * 2
        let (dx, dy) = row < 100 ? (scale * noise[place], scale * noise[place + 1]) : (0, 0)
        return [
          side * (0.3 * angle * Double.cosine(angle) + 5) / 5 + dx,
          0.3 * angle * Double.sine(angle) / 5 + dy,
        ]
      }
    }
    return SequenceSet(times: (0..<200).map { Double($0) * step }, values: values)
  }

  /// Sines of random frequency and offset at 100 irregular times that all series share.
  ///
  /// Amplitude 1, frequency uniform in 0.5 to 1, offset normal with mean 1 and deviation 0.1, times
  /// uniform on `[0, 5]`, noise uniform below 0.01; scaled to `[0, 1]` (the variance is then 0.07).
  /// - Source: the toy data of Rubanova et al. 2019.
  package static func sines(_ count: Int, key: RandomKey) -> SequenceSet {
    let keys = key.split(4)
    let times = keys[0].uniform(100, from: 0.0, to: 5.0).sorted()
    let frequencies = keys[1].uniform(count, from: 0.5, to: 1.0)
    let offsets = keys[2].normal(count, as: Double.self)
    let noise = keys[3].uniform(count * 100, from: 0.0, to: 0.01)
    let raw = (0..<count).map { number in
      times.enumerated().map { row, time in
        Double.sine(2 * .pi * frequencies[number] * time) + 1 + 0.1 * offsets[number]
          + noise[number * 100 + row]
      }
    }
    let low = raw.flatMap { $0 }.min() ?? 0
    let high = raw.flatMap { $0 }.max() ?? 1
    return SequenceSet(
      times: times, values: raw.map { $0.map { [($0 - low) / (high - low)] } })
  }

  /// The series of a range.
  package func series(_ range: Range<Int>) -> SequenceSet {
    SequenceSet(times: times, values: Array(values[range]))
  }
}
