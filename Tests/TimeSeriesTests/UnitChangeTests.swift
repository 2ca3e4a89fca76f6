import Platform
import NumericCore
import TimeSeries
import Testing

@Suite struct UnitChangeTests {
  private let noise = RandomKey(8).normal(900, as: Double.self)

  /// Readings around 120 with a daily wave and noise.
  private var readings: [Double] {
    noise.enumerated().map { 120 + 40 * Double.sine(Double($0) / 20) + 5 * $1 }
  }
  /// Masses of a person in kilograms.
  private var masses: [Double] { noise.prefix(300).map { 70 + 2 * $0 } }
  /// A wave about zero.
  private var wave: [Double] {
    noise.prefix(300).enumerated().map { Double.sine(Double($0) / 7) + 0.1 * $1 }
  }

  private struct Found: Equatable {
    /// Places of the first values in another unit.
    var places: [Int]
    var causes: [String]
    var isOfSpread: Bool
    var factor: Double?
  }

  /// What a file of these values raises.
  private func changes(_ values: [Double]) throws -> [Found] {
    let text = "time,x\n" + values.enumerated().map { "\($0),\($1)\n" }.joined()
    let warnings = try TimeSeriesFile.parse(Array(text.utf8), name: "f.csv").warnings
    return warnings.compactMap { warning in
      guard case .unitChange("x", "", let time, let lines, let change) = warning.kind,
        let line = warning.line
      else { return nil }
      // Line 1 is the header, and row 0 stands in line 2.
      #expect(time == "\(line - 2)")
      return Found(
        places: ([line] + lines).map { $0 - 2 }, causes: change.causes,
        isOfSpread: change.isOfSpread, factor: change.factor)
    }
  }

  /// The values with another unit in some ranges.
  private func changed(
    _ values: [Double], in ranges: [Range<Int>], _ convert: (Double) -> Double
  ) -> [Double] {
    values.enumerated().map { place, value in
      ranges.contains { $0.contains(place) } ? convert(value) : value
    }
  }

  @Test(arguments: [
    (18.016, ["mmol/L and mg/dL of glucose"]), (1 / 2.54, ["inches and centimetres"]),
    (1_000.0, ["a unit and its thousandth"]), (13.0, [String]()),
  ])
  func `a change of unit is flagged at its line, by any factor`(
    factor: Double, causes: [String]
  ) throws {
    let found = try changes(changed(readings, in: [500..<900]) { $0 / factor })
    #expect(found.count == 1 && found.first?.places == [500])
    #expect(found.first?.causes == causes)
    if !causes.isEmpty { #expect(abs(try #require(found.first?.factor) * factor - 1) < 1e-3) }
  }

  @Test(arguments: [
    (2.2046, "kilograms and pounds"), (1 / 2.2046, "kilograms and pounds"),
    (3.2808, "metres and feet"), (2.54, "inches and centimetres"),
  ])
  func `factors that are near each other are distinguished`(factor: Double, cause: String) throws {
    let found = try changes(changed(masses, in: [150..<300]) { $0 * factor })
    #expect(found.map(\.places) == [[150]] && found.first?.causes == [cause], "\(found)")
  }

  @Test func `degrees are distinguished although they have an offset`() throws {
    let fahrenheit = readings.map { 60 + ($0 - 120) / 4 }
    let found = try changes(changed(fahrenheit, in: [500..<900]) { ($0 - 32) / 1.8 })
    #expect(found.map(\.places) == [[500]] && found.first?.causes == ["°F and °C"])
    #expect(found.first?.factor == nil)
    let room = masses.map { 21 + ($0 - 70) / 4 }
    let other = try changes(changed(room, in: [100..<300]) { $0 * 1.8 + 32 })
    #expect(other.map(\.places) == [[100]] && other.first?.causes == ["°C and °F"])
  }

  @Test(arguments: [1_000, 0.001, 100.0])
  func `the spread shows a change of unit of a channel about zero`(factor: Double) throws {
    for values in [wave, masses.map { $0 - 70 }] {
      let found = try changes(changed(values, in: [150..<300]) { $0 * factor })
      #expect(found.count == 1 && found.first?.isOfSpread == true)
      // A value near zero may belong to either unit.
      #expect(abs(try #require(found.first?.places.first) - 150) <= 1, "\(found)")
    }
  }

  @Test func `a unit that is changed back is followed`() throws {
    let once = [100..<180]
    let twice = [50..<80, 150..<220]
    for (values, factor) in [(masses, 2.2046), (masses, 1_000), (wave, 1_000)] {
      let found = try changes(changed(values, in: once) { $0 * factor })
      #expect(found.map(\.places) == [[100, 180]], "\(factor)")
      let again = try changes(changed(values, in: twice) { $0 * factor })
      #expect(again.map(\.places) == [[50, 80, 150, 220]], "\(factor)")
    }
    let room = masses.map { 21 + ($0 - 70) / 4 }
    let degrees = try changes(changed(room, in: once) { $0 * 1.8 + 32 })
    #expect(degrees.map(\.places) == [[100, 180]] && degrees.first?.causes == ["°C and °F"])
  }

  @Test func `what fits are made of is short, and a usual factor is seen in it`() throws {
    let decay = (0..<30).map { 2 * Double.exponential(-0.1 * Double($0)) * (1 + 0.02 * noise[$0]) }
    let found = try changes(changed(decay, in: [15..<30]) { $0 * 1_000 })
    #expect(found.map(\.places) == [[15]] && found.first?.causes == ["a unit and its thousandth"])
    #expect(try changes(decay).isEmpty)
  }

  @Test func `levels, trends, waves and bursts are no change of unit`() throws {
    let plain = readings
    let places = plain.indices.map(Double.init)
    let signals: [String: [Double]] = [
      "readings": plain,
      "another level": changed(plain, in: [500..<900]) { $0 + 300 },
      "ten times the level": noise.enumerated().map { ($0 < 500 ? 10 : 100) + $1 },
      "a trend": zip(plain, places).map { $0 + 3 * $1 },
      "two values": plain.map { $0 > 120 ? 1 : 0 },
      "growth": zip(noise, places).map { Double.exponential($1 / 100) * (1 + 0.05 * $0) },
      "a wave that dies away": places.map {
        Double.exponential(-$0 / 100) * Double.sine($0 / 3)
      },
      "rest, then movement": zip(noise, places).map {
        $1 < 400 ? 0.01 * $0 : 2 * Double.sine($1 / 3) + 0.1 * $0
      },
      "a saturating growth": zip(noise, places).map {
        1 + 1_000 / (1 + Double.exponential((450 - $1) / 3)) * (1 + 0.05 * $0)
      },
      "on and off": zip(noise, places).map {
        Int($1) / 200 % 2 == 0 ? 2 + 0.05 * $0 : 60 + 0.05 * $0
      },
      "large errors": noise.map { Double.exponential(2 * $0) },
    ]
    for (name, values) in signals { #expect(try changes(values).isEmpty, "\(name)") }
  }

  @Test(arguments: 0..<20)
  func `a random walk is no change of unit`(seed: Int) throws {
    for count in [20, 120, 400] {
      var sum = 0.0
      let walk = RandomKey(UInt64(seed)).normal(count, as: Double.self).map { step in
        sum += step
        return sum
      }
      #expect(try changes(walk).isEmpty, "\(count)")
      #expect(try changes(walk.map { Double.exponential(0.05 * $0) }).isEmpty, "\(count)")
    }
  }
}
