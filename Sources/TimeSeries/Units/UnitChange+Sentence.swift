import NumericCore

extension UnitChange {
  /// The change as a sentence: where it is, its possible cause, and the fix.
  func sentence(of channel: String, id: String, time: String, laterLines: [Int]) -> String {
    let name = "'\(channel)'\(id.isEmpty ? "" : " of '\(id)'")"
    let (now, then) = (NumberText.significant(after, 3), NumberText.significant(before, 3))
    let difference =
      isOfSpread
      ? "\(name) varies by about \(now) where it varied by about \(then)"
      : "\(name) is about \(now) where it was about \(then)"
    let times = factor.map { "\(shortText($0, digits: 3)) times" }
    let units = causes.isEmpty ? nil : "as between " + causes.joined(separator: ", or ")
    let details = [times, units].compactMap(\.self).joined(separator: ", ")
    return "\(stretch(time, laterLines)) \(difference), as if the unit changed"
      + (details.isEmpty ? "" : " (\(details))") + "; convert one part if it did"
  }

  /// The range of values in another unit.
  private func stretch(_ time: String, _ lines: [Int]) -> String {
    let start = "from here (time \(time))"
    guard let end = lines.first else { return start + " on" }
    var text = start + " until line \(end)"
    for place in stride(from: 1, to: lines.count, by: 2) {
      text += " and from line \(lines[place])"
      text += place + 1 < lines.count ? " until line \(lines[place + 1])" : " on"
    }
    return text
  }
}
