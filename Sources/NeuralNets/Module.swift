public import Tensors

/// A layer or a network with one input: a callable struct of tensors.
///
/// Conform by listing the parameters in `visit` and writing the formula in `callAsFunction`.
public protocol Module: TensorTree {
  /// The output for an input; shapes are the module's own.
  func callAsFunction(_ input: Tensor) -> Tensor
}
