/// Stops the program with a message if a condition does not hold, in release builds as well.
///
/// The standard library's function of this name prints no message in a release build. Most mistakes
/// of callers are mismatched shapes, and the message names them.
@inlinable
@inline(__always)
package func precondition(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String = "wrong arguments",
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition() { preconditionFailure(message(), file: file, line: line) }
}

/// Stops the program with a message, in release builds as well.
@usableFromInline
@inline(never)
package func preconditionFailure(
  _ message: @autoclosure () -> String = "unreachable", file: StaticString = #fileID,
  line: UInt = #line
) -> Never {
  fatalError(message(), file: file, line: line)
}
