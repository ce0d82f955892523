"""Work on the grid once it is one: issues, staff, needs and resources, projects, meetings.

Pure functions on tables and values. Who may do what in which order is data (`flows`), one machine
(`moves`) obeys it, whatever the case is about. Times come from outside.
"""
