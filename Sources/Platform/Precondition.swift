/// Stops a wrong program with a message, in release builds as well.
///
/// The standard library's function of this name says nothing in a release build; a library whose mistakes are mostly shapes that do not
/// fit must say which.
@inlinable
@inline(__always)
package func precondition(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String = "wrong arguments",
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition() { preconditionFailure(message(), file: file, line: line) }
}

/// Stops a wrong program with a message, in release builds as well.
@usableFromInline
@inline(never)
package func preconditionFailure(
  _ message: @autoclosure () -> String = "unreachable", file: StaticString = #fileID,
  line: UInt = #line
) -> Never {
  fatalError(message(), file: file, line: line)
}
