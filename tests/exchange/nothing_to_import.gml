Creator "someone"
nodes [ id 1 ]
