/// A value that is one word of a command line.
package protocol ArgumentValue {
  /// The expected value in error messages: "a number".
  static var expectation: String { get }
  /// The placeholder in a usage line: `--from <number>`.
  static var placeholder: String { get }
  /// All accepted words of a closed choice; empty for an open one.
  static var choices: [String] { get }
  /// The word for this value.
  var argument: String { get }

  init?(argument: String)
}

extension ArgumentValue {
  package static var choices: [String] { [] }
}

extension String: ArgumentValue {
  package static var expectation: String { "text" }
  package static var placeholder: String { "text" }
  package var argument: String { self }
  package init?(argument: String) { self = argument }
}

extension Int: ArgumentValue {
  package static var expectation: String { "a whole number" }
  package static var placeholder: String { "count" }
  package var argument: String { description }
  package init?(argument: String) {
    guard let value = Int(argument) else { return nil }
    self = value
  }
}

extension Double: ArgumentValue {
  package static var expectation: String { "a finite number" }
  package static var placeholder: String { "number" }
  package var argument: String { description }
  package init?(argument: String) {
    guard let value = Double(argument), value.isFinite else { return nil }
    self = value
  }
}

/// An enumeration of words: `enum Precision: String, CaseIterable, ArgumentValue { … }`.
extension ArgumentValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  package static var choices: [String] { allCases.map(\.rawValue) }
  package static var expectation: String { "one of \(choices.joined(separator: ", "))" }
  package static var placeholder: String { choices.joined(separator: "|") }
  package var argument: String { rawValue }
  package init?(argument: String) { self.init(rawValue: argument) }
}

/// Numbers separated by commas: `--initial 1,0.5,-2`.
package struct NumberList: ArgumentValue {
  package var values: [Double]

  package static var expectation: String { "numbers separated by commas" }
  package static var placeholder: String { "number,…" }
  package var argument: String { values.map(\.description).joined(separator: ",") }

  package init(_ values: [Double]) { self.values = values }

  package init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = words.compactMap { Double(argument: String($0)) }
    if values.count != words.count { return nil }
  }
}

/// A name and its value: `--set rho=28`.
package struct Assignment: ArgumentValue {
  package var name: String
  package var value: String

  package static var expectation: String { "name=value" }
  package static var placeholder: String { "name=value" }
  package var argument: String { "\(name)=\(value)" }

  package init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      return nil
    }
    name = String(argument[..<equals])
    value = String(argument[argument.index(after: equals)...])
  }
}

/// Names separated by commas: `--channels glucose,heartRate`.
package struct NameList: ArgumentValue {
  package var names: [String]

  package static var expectation: String { "names separated by commas" }
  package static var placeholder: String { "name,…" }
  package var argument: String { names.joined(separator: ",") }

  package init?(argument: String) {
    names = argument.split(separator: ",").map(String.init)
    if names.isEmpty { return nil }
  }
}
