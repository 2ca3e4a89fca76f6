import Foundation
import Testing

/// The Swift of the guides stands in this target, in the other tests or in the examples, where it is compiled.
@Suite struct GuideTextTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Lines without indentation and without the words that only a declaration in a test needs.
  private static func lines(_ text: Substring) -> [Substring] {
    text.split(separator: "\n").map { line in
      let bare = line.drop { $0 == " " }
      return bare.hasPrefix("private ") ? bare.dropFirst("private ".count) : bare
    }
  }

  /// The declarations of a block, each of which may stand in a place of its own, and its import lines.
  private static func parts(_ block: Substring) -> [[Substring]] {
    var parts: [[Substring]] = [[]]
    for line in block.split(separator: "\n") {
      parts[parts.count - 1] += lines(line)
      if line == "}" || line.hasPrefix("import ") { parts.append([]) }
    }
    return parts.filter { !$0.isEmpty }
  }

  private static func blocks(of path: String) throws -> [Substring] {
    let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    return text.matches(of: #/(?s)```swift\n(.*?)```/#).map { $0.output.1 }
  }

  private static func swiftLines(under folder: String) throws -> [[Substring]] {
    let path = root.appendingPathComponent(folder).path
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return try names.filter { $0.hasSuffix(".swift") }.map { name in
      lines(Substring(try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)))
    }
  }

  @Test func `every Swift block of the guides is compiled in a test or an example`() throws {
    let sources = try ["Tests/GuideTests", "Examples/Sources"].flatMap(Self.swiftLines(under:))
    let folder = Self.root.appendingPathComponent("Docs").path
    let guides = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".md") }.map { "Docs/\($0)" }
    var count = 0
    for guide in guides.sorted() + ["README.md"] {
      for block in try Self.blocks(of: guide)
      where ![".package(", ".product(", "pthread_create"].contains(where: block.contains) {
        count += 1
        for part in Self.parts(block) {
          let isCompiled = sources.contains { lines in
            lines.indices.contains { lines[$0...].starts(with: part) }
          }
          #expect(isCompiled, "\(guide): not compiled anywhere:\n\(part.joined(separator: "\n"))")
        }
      }
    }
    #expect(count >= 12)
  }

  @Test func `documents that the guides name exist`() throws {
    for guide in try FileManager.default.subpathsOfDirectory(
      atPath: Self.root.appendingPathComponent("Docs").path)
    where guide.hasSuffix(".md") && guide != "GettingStarted.md" {
      let text = try String(
        contentsOf: Self.root.appendingPathComponent("Docs/\(guide)"), encoding: .utf8)
      for match in text.matches(
        of: #/`((?:Docs|Tests|Examples|Scripts|Sources)/[A-Za-z0-9_+\/.-]+)`/#)
      {
        let path = Self.root.appendingPathComponent(String(match.output.1)).path
        #expect(FileManager.default.fileExists(atPath: path), "\(guide) names \(match.output.1)")
      }
    }
  }
}
