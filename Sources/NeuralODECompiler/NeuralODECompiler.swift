// What a program needs to work with graphs and compiled programs directly; `NeuralODE` does not show them.

@_exported public import Graphs
@_exported public import Programs
@_exported public import Tensors
