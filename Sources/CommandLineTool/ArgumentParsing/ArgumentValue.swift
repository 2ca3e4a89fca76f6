/// A value that can be written as one word on the command line.
protocol ArgumentValue {
  /// What the error message says was expected: "a number".
  static var expectation: String { get }
  /// What stands for the value in a usage line: `--from <number>`.
  static var placeholder: String { get }
  /// All words that are accepted, where the choice is closed; empty where it is open.
  static var choices: [String] { get }
  /// The word that means this value.
  var argument: String { get }

  init?(argument: String)
}

extension ArgumentValue {
  static var choices: [String] { [] }
}

extension String: ArgumentValue {
  static var expectation: String { "text" }
  static var placeholder: String { "text" }
  var argument: String { self }
  init?(argument: String) { self = argument }
}

extension Int: ArgumentValue {
  static var expectation: String { "a whole number" }
  static var placeholder: String { "count" }
  var argument: String { description }
  init?(argument: String) {
    guard let value = Int(argument) else { return nil }
    self = value
  }
}

extension Double: ArgumentValue {
  static var expectation: String { "a finite number" }
  static var placeholder: String { "number" }
  var argument: String { description }
  init?(argument: String) {
    guard let value = Double(argument), value.isFinite else { return nil }
    self = value
  }
}

/// An enumeration of words: `enum Precision: String, CaseIterable, ArgumentValue { … }`.
extension ArgumentValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  static var choices: [String] { allCases.map(\.rawValue) }
  static var expectation: String { "one of \(choices.joined(separator: ", "))" }
  static var placeholder: String { choices.joined(separator: "|") }
  var argument: String { rawValue }
  init?(argument: String) { self.init(rawValue: argument) }
}

/// Numbers separated by commas: `--initial 1,0.5,-2`.
struct NumberList: ArgumentValue {
  var values: [Double]

  static var expectation: String { "numbers separated by commas" }
  static var placeholder: String { "number,…" }
  var argument: String { values.map(\.description).joined(separator: ",") }

  init(_ values: [Double]) { self.values = values }

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = words.compactMap { Double(argument: String($0)) }
    if values.count != words.count { return nil }
  }
}

/// A name and what it is set to: `--set rho=28`.
struct Assignment: ArgumentValue {
  var name: String
  var value: String

  static var expectation: String { "name=value" }
  static var placeholder: String { "name=value" }
  var argument: String { "\(name)=\(value)" }

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      return nil
    }
    name = String(argument[..<equals])
    value = String(argument[argument.index(after: equals)...])
  }
}

/// Names separated by commas: `--channels glucose,heartRate`.
struct NameList: ArgumentValue {
  var names: [String]

  static var expectation: String { "names separated by commas" }
  static var placeholder: String { "name,…" }
  var argument: String { names.joined(separator: ",") }

  init?(argument: String) {
    names = argument.split(separator: ",").map(String.init)
    if names.isEmpty { return nil }
  }
}
