import Platform

/// A value made of tensors: a model, a gradient, a batch, an ODE state.
///
/// `visit` lists the tensors once, always in the same order; training, saving and tracing use this
/// list.
public protocol TensorTree: Sendable {
  /// Passes every tensor, or part of the tree, to the visitor: `visitor("weight", &weight)`.
  ///
  /// Names identify tensors in model files. Tensors that are omitted are constants.
  mutating func visit(_ visitor: inout some TensorVisitor)
}

/// Visits each tensor of a tree with its name, and may replace it.
public protocol TensorVisitor {
  /// Reads or replaces a tensor.
  mutating func visit(_ name: String, _ tensor: inout Tensor)
  /// Reads or replaces a tensor whose leading axis is the batch; as any other by default.
  mutating func visit(_ name: String, perRow tensor: inout Tensor)
  /// Begins a part of the tree, whose names follow.
  mutating func enter(_ name: String)
  /// Ends the part that was entered last.
  mutating func leave()
  /// Visits a part of the tree; enters it, visits its tensors and leaves it by default.
  mutating func visitPart<Tree: TensorTree>(_ name: String, _ tree: inout Tree)
  /// Visits parts in order, by default each as a part with its index as the name.
  mutating func visitElements<Tree: TensorTree>(_ trees: inout [Tree])
  /// Visits a part without tensors, such as a solver, that is compared by `==`; nothing happens by
  /// default.
  ///
  /// A tree need not list such parts. Listing those that hold optional values lets a compiled
  /// function recognize an unchanged tree sooner.
  mutating func visitValue<Value: Hashable & Sendable>(_ value: inout Value)
  /// States that the tree has visited all its parts, also those without tensors; nothing happens by
  /// default.
  mutating func allPartsAreVisited()
}

extension TensorVisitor {
  /// Visits it as any other tensor.
  public mutating func visit(_ name: String, perRow tensor: inout Tensor) {
    visit(name, &tensor)
  }

  /// Enters the part, visits its tensors and leaves it.
  public mutating func visitPart<Tree: TensorTree>(_ name: String, _ tree: inout Tree) {
    enter(name)
    tree.visit(&self)
    leave()
  }

  /// Does nothing.
  public mutating func visitValue<Value: Hashable & Sendable>(_ value: inout Value) {}

  /// Does nothing.
  public mutating func allPartsAreVisited() {}

  /// Visits each part with its index as the name.
  public mutating func visitElements<Tree: TensorTree>(_ trees: inout [Tree]) {
    for i in trees.indices { visitPart(String(i), &trees[i]) }
  }

  /// Visits a tensor of a field whose leading axis is the batch: noise, conditions, parameters of
  /// each row.
  public mutating func callAsFunction(_ name: String, perRow tensor: inout Tensor) {
    visit(name, perRow: &tensor)
  }

  /// Visits a tensor per row that may be absent.
  public mutating func callAsFunction(_ name: String, perRow tensor: inout Tensor?) {
    tensor?.accept(&self, perRow: name)
  }

  /// Visits a tensor of a tree.
  public mutating func callAsFunction(_ name: String, _ tensor: inout Tensor) {
    visit(name, &tensor)
  }

  /// Visits a tensor that may be absent.
  public mutating func callAsFunction(_ name: String, _ tensor: inout Tensor?) {
    tensor?.accept(&self, name)
  }

  /// Visits a part of a tree; its names are prefixed by `name` and a dot.
  public mutating func callAsFunction(_ name: String, _ tree: inout some TensorTree) {
    visitPart(name, &tree)
  }

  /// Visits a part that may be absent.
  public mutating func callAsFunction<Tree: TensorTree>(_ name: String, _ tree: inout Tree?) {
    tree?.accept(&self, part: name)
  }

  /// Visits parts in order; their names are indices.
  public mutating func callAsFunction<Tree: TensorTree>(_ name: String, _ trees: inout [Tree]) {
    enter(name)
    visitElements(&trees)
    leave()
  }
}

// Values inside of optionals are visited in place.

extension TensorTree {
  fileprivate mutating func accept(_ visitor: inout some TensorVisitor, part name: String) {
    visitor.visitPart(name, &self)
  }
}

extension Tensor {
  fileprivate mutating func accept(_ visitor: inout some TensorVisitor, _ name: String) {
    visitor.visit(name, &self)
  }

  fileprivate mutating func accept(_ visitor: inout some TensorVisitor, perRow name: String) {
    visitor.visit(name, perRow: &self)
  }
}

extension Tensor: TensorTree {
  public mutating func visit(_ visitor: inout some TensorVisitor) { visitor.visit("", &self) }
}

extension Array: TensorTree where Element: TensorTree {
  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor.visitElements(&self)
  }
}

extension Optional: TensorTree where Wrapped: TensorTree {
  public mutating func visit(_ visitor: inout some TensorVisitor) {
    self?.visit(&visitor)
  }
}

extension TensorTree {
  /// The tensors, in the order of `visit`.
  public var tensors: [Tensor] {
    var copy = self
    var collector = Collector()
    copy.visit(&collector)
    return collector.tensors
  }

  /// Dotted names (`field.output.weight`) in the order of `visit`.
  public var tensorNames: [String] {
    var copy = self
    var collector = NameCollector()
    copy.visit(&collector)
    return collector.names
  }

  /// Which tensors have the batch as their leading axis, in the order of `visit`.
  package var isPerRow: [Bool] {
    var copy = self
    var collector = RowCollector()
    copy.visit(&collector)
    return collector.isPerRow
  }

  /// Number of scalars in all tensors.
  public var parameterCount: Int { tensors.reduce(0) { $0 + $1.type.count } }

  /// The same tree with other tensors, in the order of `visit`.
  public func replacingTensors(with tensors: some Sequence<Tensor>) -> Self {
    var copy = self
    var replacer = Replacer(tensors: Array(tensors))
    copy.visit(&replacer)
    precondition(
      replacer.next == replacer.tensors.count,
      "the tree has \(replacer.next) tensors, not \(replacer.tensors.count)")
    return copy
  }

  /// The same tree with every tensor transformed.
  public func mapTensors(_ transform: (Tensor) throws -> Tensor) rethrows -> Self {
    replacingTensors(with: try tensors.map(transform))
  }
}

private struct Collector: TensorVisitor {
  var tensors: [Tensor] = []

  mutating func visit(_ name: String, _ tensor: inout Tensor) { tensors.append(tensor) }
  mutating func enter(_ name: String) {}
  mutating func leave() {}
}

private struct RowCollector: TensorVisitor {
  var isPerRow: [Bool] = []

  mutating func visit(_ name: String, _ tensor: inout Tensor) { isPerRow.append(false) }
  mutating func visit(_ name: String, perRow tensor: inout Tensor) { isPerRow.append(true) }
  mutating func enter(_ name: String) {}
  mutating func leave() {}
}

private struct NameCollector: TensorVisitor {
  var names: [String] = []
  var path: [String] = []

  mutating func visit(_ name: String, _ tensor: inout Tensor) {
    names.append((path + [name]).filter { !$0.isEmpty }.joined(separator: "."))
  }
  mutating func enter(_ name: String) { path.append(name) }
  mutating func leave() { path.removeLast() }
}

private struct Replacer: TensorVisitor {
  var tensors: [Tensor]
  var next = 0

  mutating func visit(_ name: String, _ tensor: inout Tensor) {
    precondition(next < tensors.count, "the tree has more than \(tensors.count) tensors")
    let new = tensors[next]
    tensor = new
    next += 1
  }
  mutating func enter(_ name: String) {}
  mutating func leave() {}
}
