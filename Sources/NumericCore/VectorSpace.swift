/// Placeholder of the module's first type.
public protocol VectorSpace {}
