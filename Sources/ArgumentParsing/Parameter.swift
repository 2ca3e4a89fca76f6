import Platform

/// The syntax of a parameter: `<system>`, `--method <name>`, `--json`.
package enum ParameterKind {
  case argument, option, flag
}

/// One declared parameter of a command.
///
/// A class, because the parser reaches it through a `Mirror` of the command, which copies.
package final class Parameter<Value>: AnyParameter {
  package let kind: ParameterKind
  package let customName: String?
  package let help: String
  package let placeholder: String
  package let choices: [String]
  package let expectation: String
  package let isRepeatable: Bool
  package let isRequired: Bool
  package let defaultText: String?
  package private(set) var value: Value?
  private let accept: (String, Value?) -> Value?

  package init(
    _ kind: ParameterKind, _ name: String?, _ help: String, type: (some ArgumentValue).Type,
    placeholder: String?, initial: Value?, isRequired: Bool, isRepeatable: Bool = false,
    defaultText: String? = nil, accept: @escaping (String, Value?) -> Value?
  ) {
    self.kind = kind
    self.customName = name
    self.help = help
    self.placeholder = placeholder ?? type.placeholder
    self.choices = type.choices
    self.expectation = type.expectation
    self.isRepeatable = isRepeatable
    self.isRequired = isRequired
    self.defaultText = defaultText
    self.accept = accept
    value = initial
  }

  package func take(_ word: String) -> Bool {
    guard let next = accept(word, value) else { return false }
    value = next
    return true
  }
}

/// A parameter of any value type.
package protocol AnyParameter: AnyObject {
  var kind: ParameterKind { get }
  var customName: String? { get }
  var help: String { get }
  var placeholder: String { get }
  var choices: [String] { get }
  var expectation: String { get }
  var isRepeatable: Bool { get }
  var isRequired: Bool { get }
  var defaultText: String? { get }

  /// Parses a word as the value; false if it is invalid.
  func take(_ word: String) -> Bool
}

/// A property wrapper that declares a parameter.
package protocol ParameterDeclaration {
  var parameter: any AnyParameter { get }
}

/// `--method rk4`: a named parameter with a value.
///
/// A property with a default is optional, one without is required; an optional property is `nil` if
/// the option is missing; an array collects repeated options.
@propertyWrapper
package struct Option<Value>: ParameterDeclaration {
  private let storage: Parameter<Value>
  package var parameter: any AnyParameter { storage }

  package var wrappedValue: Value {
    guard let value = storage.value else {
      preconditionFailure("a required option is read before the command line is parsed")
    }
    return value
  }

  /// An optional option.
  package init(wrappedValue: Value, name: String? = nil, value: String? = nil, help: String)
  where Value: ArgumentValue {
    storage = Parameter(
      .option, name, help, type: Value.self, placeholder: value, initial: wrappedValue,
      isRequired: false, defaultText: wrappedValue.argument
    ) { word, _ in Value(argument: word) }
  }

  /// A required option.
  package init(name: String? = nil, value: String? = nil, help: String) where Value: ArgumentValue {
    storage = Parameter(
      .option, name, help, type: Value.self, placeholder: value, initial: nil, isRequired: true
    ) { word, _ in Value(argument: word) }
  }

  /// An option without a default.
  package init<Wrapped: ArgumentValue>(name: String? = nil, value: String? = nil, help: String)
  where Value == Wrapped? {
    storage = Parameter(
      .option, name, help, type: Wrapped.self, placeholder: value, initial: .some(nil),
      isRequired: false
    ) { word, _ in Wrapped(argument: word).map { .some($0) } }
  }

  /// An option that may be repeated.
  package init<Element: ArgumentValue>(
    wrappedValue: Value = [], name: String? = nil, value: String? = nil, help: String
  ) where Value == [Element] {
    storage = Parameter(
      .option, name, help, type: Element.self, placeholder: value, initial: wrappedValue,
      isRequired: false, isRepeatable: true
    ) { word, values in Element(argument: word).map { (values ?? []) + [$0] } }
  }
}

/// `lorenz` in `solve lorenz`: a parameter without a name, taken in the order of declaration.
@propertyWrapper
package struct Argument<Value>: ParameterDeclaration {
  private let storage: Parameter<Value>
  package var parameter: any AnyParameter { storage }

  package var wrappedValue: Value {
    guard let value = storage.value else {
      preconditionFailure("a required argument is read before the command line is parsed")
    }
    return value
  }

  /// A required argument.
  package init(value: String? = nil, help: String) where Value: ArgumentValue {
    storage = Parameter(
      .argument, nil, help, type: Value.self, placeholder: value, initial: nil, isRequired: true
    ) { word, _ in Value(argument: word) }
  }

  /// An optional argument.
  package init<Wrapped: ArgumentValue>(value: String? = nil, help: String) where Value == Wrapped? {
    storage = Parameter(
      .argument, nil, help, type: Wrapped.self, placeholder: value, initial: .some(nil),
      isRequired: false
    ) { word, _ in Wrapped(argument: word).map { .some($0) } }
  }

  /// All further arguments.
  package init<Element: ArgumentValue>(
    wrappedValue: Value = [], value: String? = nil, help: String
  ) where Value == [Element] {
    storage = Parameter(
      .argument, nil, help, type: Element.self, placeholder: value, initial: wrappedValue,
      isRequired: false, isRepeatable: true
    ) { word, values in Element(argument: word).map { (values ?? []) + [$0] } }
  }
}

/// `--resume`: true if the flag is present.
@propertyWrapper
package struct Flag: ParameterDeclaration {
  private let storage: Parameter<Bool>
  package var parameter: any AnyParameter { storage }
  package var wrappedValue: Bool { storage.value ?? false }

  package init(name: String? = nil, help: String) {
    storage = Parameter(
      .flag, name, help, type: String.self, placeholder: "", initial: false, isRequired: false
    ) { _, _ in true }
  }
}
