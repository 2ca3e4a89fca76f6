/// Two trees as one.
public struct Pair<First: TensorTree, Second: TensorTree>: TensorTree {
  /// The first tree.
  public var first: First
  /// The second tree.
  public var second: Second

  /// Combines two trees.
  public init(_ first: First, _ second: Second) {
    self.first = first
    self.second = second
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("first", &first)
    visitor("second", &second)
  }
}
