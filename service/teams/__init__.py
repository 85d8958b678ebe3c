"""Teams: whose keys open the service, what each key may do, and what each team may use."""
