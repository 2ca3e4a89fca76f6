/// The parts of a tree that are not visited tensors: sizes, tolerances, activations, closures,
/// constants.
///
/// A trace fixes these parts, so a compiled function applies only to trees with equal ones. Values
/// are compared by `==` where their type is `Hashable`, otherwise part by part; closures and
/// objects are compared by identity. A closure that captures something is therefore equal to its
/// own copies only.
package struct TreeStructure: Sendable {
  /// The tree with the same placeholder for every tensor that it visits.
  ///
  /// It retains the objects and the contexts of closures that are compared by address.
  private let form: any Sendable
  /// Trees of the same type and of equal bytes have equal structures.
  let bytes: StructureBytes

  private static let placeholder = Tensor(repeating: 0, shape: [])

  /// The structure of a tree.
  package init(of tree: some TensorTree) {
    let form = tree.mapTensors { _ in Self.placeholder }
    self.form = form
    bytes = form.structureBytes
  }

  /// Whether a tree differs from the structure's own in visited tensors only.
  ///
  /// Reflection takes several microseconds for each part; equal bytes show the same sooner.
  package func matches(_ tree: some TensorTree) -> Bool { Self.areEqual(form, tree) }

  private static func areEqual(_ form: Any, _ value: Any) -> Bool {
    if let expected = form as? Tensor {
      guard let tensor = value as? Tensor else { return false }
      return expected.node === placeholder.node
        || expected.node === tensor.node && expected.index == tensor.index
    }
    guard type(of: form) == type(of: value) else { return false }
    if let expected = form as? any Hashable, let found = value as? any Hashable {
      return AnyHashable(expected) == AnyHashable(found)
    }
    return haveEqualParts(form, value)
  }

  private static func haveEqualParts(_ form: Any, _ value: Any) -> Bool {
    let (expected, found) = (Mirror(reflecting: form), Mirror(reflecting: value))
    if expected.displayStyle == .class { return haveEqualBytes(form, value) }
    guard expected.children.count == found.children.count else { return false }
    if expected.children.isEmpty {
      return expected.displayStyle == .enum
        ? String(describing: form) == String(describing: value) : haveEqualBytes(form, value)
    }
    // The label of an enumeration's child is its case.
    return zip(expected.children, found.children).allSatisfy { form, value in
      form.label == value.label && areEqual(form.value, value.value)
    }
  }

  /// Compares references, and functions with their contexts.
  private static func haveEqualBytes(_ form: some Any, _ value: some Any) -> Bool {
    withUnsafeBytes(of: form) { expected in
      withUnsafeBytes(of: value) { expected.elementsEqual($0) }
    }
  }
}

extension TensorTree {
  /// Paths of tensors that the tree stores and does not visit, apart from those of `Constant`.
  package var omittedTensors: [String] {
    let leaf = Tensor(repeating: 0, shape: [])
    var found: [String] = []
    Self.collectOmitted(mapTensors { _ in leaf }, path: "\(Self.self)", leaf, into: &found)
    return found
  }

  private static func collectOmitted(
    _ value: Any, path: String, _ leaf: Tensor, into found: inout [String]
  ) {
    if let tensor = value as? Tensor {
      if tensor.node !== leaf.node { found.append(path) }
      return
    }
    if value is Constant || value is any Hashable { return }
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .class { return }
    for (index, child) in mirror.children.enumerated() {
      let name = child.label ?? String(index)
      collectOmitted(child.value, path: "\(path).\(name)", leaf, into: &found)
    }
  }
}

/// A tensor that belongs to a tree and is not trained: a mask, a table of frequencies.
///
/// `visit` omits it. In debug builds, tracing a tree stops where a tensor is neither visited nor a
/// constant.
///
/// ```swift
/// struct Masked: TensorTree {
///   var weight: Tensor
///   @Constant var mask: Tensor
///   mutating func visit(_ visitor: inout some TensorVisitor) { visitor("weight", &weight) }
/// }
/// ```
@propertyWrapper
public struct Constant: Sendable {
  /// The tensor.
  public var wrappedValue: Tensor

  /// A constant of a model.
  public init(wrappedValue: Tensor) { self.wrappedValue = wrappedValue }
}
