from imtplan.environment import table

print(table(), end="")
