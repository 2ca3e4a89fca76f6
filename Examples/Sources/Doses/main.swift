// A drug with absorption and elimination, given as five oral doses and one infusion.
import MechanisticModels
import NeuralODE

let system = try EquationSystem(
  """
  depot' = -ka*depot
  central' = ka*depot - k*central
  ka = 1.2
  k = 0.2
  """, name: "one-compartment")
let doses = DoseSchedule([
  Dose(of: 100, into: "depot", at: 0, repeating: .init(every: 12, additional: 4)),
  Dose(of: 50, into: "central", at: 30, .duration(2)),
])
let solution = system.solution(
  from: [0, 0], at: [0, 6, 12, 24, 32, 48, 72], doses: doses, solver: ODESolver())
for (time, state) in zip(solution.times, solution.states) {
  print("t = \(time) h: depot \(state[0]), central \(state[1])")
}
