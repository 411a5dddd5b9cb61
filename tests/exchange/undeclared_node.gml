graph [
  directed 1
  node [ id 0 label "x" ]
  edge [ source 0 target 7 ]
]
