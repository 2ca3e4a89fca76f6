import Platform
import NumericCore
package import Training

extension FuzzTarget {
  /// The files of a folder, by name.
  package static func corpus(_ folder: String) throws -> [[UInt8]] {
    try FileSystem.names(in: folder).sorted().map { try Files.read("\(folder)/\($0)") }
  }

  /// Reads the corpus, and as many mutations of it.
  package func runMutations(of corpus: [[UInt8]], count: Int) {
    for bytes in corpus { run(bytes) }
    let mutator = Mutator(corpus: corpus)
    let key = RandomKey(17)
    for number in 0..<count where !corpus.isEmpty {
      let key = key.folding(in: UInt64(number))
      run(mutator.mutated(corpus[number % corpus.count], key))
    }
  }
}

extension Checkpoint {
  /// Writes the first input of the corpus of checkpoints.
  package func seed(at path: String) throws {
    let options = TrainingOptions(length: .steps(10))
    try Checkpoint(path: path, options: options).save(FuzzTarget.trainingState)
  }
}
