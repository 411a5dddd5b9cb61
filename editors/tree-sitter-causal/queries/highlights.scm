(comment) @comment
(documentation) @comment.documentation
(text) @string
(number) @number

["graph" "dag" "var" "let" "expect" "proof" "adjust" "implications" "paths" "simplify" "model" "explain" "sensitivity"
 "table" "estimate" "refute"] @keyword
["latent" "not" "identifiable" "with" "without" "to" "by" "in" "of" "via" "over" "under" "from" "column" "weights"
 "counts" "bins" "negative" "outcome" "treatment"] @keyword
["uniform" "bernoulli" "noisy_or" "mean" "sd" "if" "then" "else" "or" "and"] @keyword

["do" (operator) (sum_opener)] @function
(rule_name) @constant.builtin

(graph name: (name) @type)
(model name: (name) @type)
(table name: (name) @type)
(definition name: (name) @function)
(label (name) @function)
[(variable (name)) (node (name)) (chain (name)) (node_group (name)) (mechanism (name))] @variable
(attribute (name) @attribute)

[(edge) "_||_" "⫫" "=" "==" ":=" "~" "|" "+" "-" "/" "*"] @operator
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ";" ":"] @punctuation.delimiter
