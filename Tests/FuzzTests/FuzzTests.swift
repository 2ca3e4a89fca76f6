import NumericCore
import FuzzTargets
import Testing

/// Readers read or throw, whatever the bytes are: a trap ends the tests.
@Suite struct FuzzTests {
  private static let corpora =
    #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Fixtures/fuzz/"

  @Test(arguments: FuzzTarget.allCases)
  func `mutations of the corpus are read or refused`(target: FuzzTarget) throws {
    let corpus = try FuzzTarget.corpus(Self.corpora + target.rawValue)
    #expect(!corpus.isEmpty)
    target.runMutations(of: corpus, count: target == .model ? 300 : 2_000)
  }

  @Test func `the mutations are the same at every run`() {
    let mutator = Mutator(corpus: [[1, 2, 3]])
    let bytes = [UInt8](0..<200)
    let one = (0..<50).map { mutator.mutated(bytes, RandomKey($0)) }
    #expect(one == (0..<50).map { mutator.mutated(bytes, RandomKey($0)) })
    #expect(Set(one).count > 45)
  }
}
